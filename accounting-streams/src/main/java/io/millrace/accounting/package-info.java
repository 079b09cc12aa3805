/**
 * What was spent: the ledger folded into sums by period and dimension, and into the state of
 * budgets. Nothing is priced here; the ledger says what each call cost.
 *
 * <p>The root package is pure. {@link io.millrace.accounting.Posting} says what one entry changes,
 * as amounts to add, so the sums do not depend on the order of entries. {@code
 * io.millrace.accounting.kafka} keeps the sums in Kafka Streams.
 *
 * <p>Threading: one partition of the ledger belongs to one Streams thread. No locks.
 */
@NullMarked
package io.millrace.accounting;

import org.jspecify.annotations.NullMarked;
