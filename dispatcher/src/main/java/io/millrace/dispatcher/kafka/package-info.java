/**
 * The dispatcher inside Kafka Streams: records to events, decisions to records, state to stores,
 * all in one transaction.
 *
 * <p>Threading: one task, and with it one {@link io.millrace.dispatcher.Dispatcher}, belongs to one
 * stream thread.
 */
@NullMarked
package io.millrace.dispatcher.kafka;

import org.jspecify.annotations.NullMarked;
