/**
 * The ledger's fold in Kafka Streams, exactly once: stores, emission and settings.
 *
 * <p>Threading: a {@link io.millrace.accounting.kafka.LedgerProcessor} and its books belong to one
 * Streams task, which one thread runs at a time. No locks.
 */
@NullMarked
package io.millrace.accounting.kafka;

import org.jspecify.annotations.NullMarked;
