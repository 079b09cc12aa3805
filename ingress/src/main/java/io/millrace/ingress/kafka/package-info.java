/**
 * What ingress says to Kafka and hears from it: requests out, replies, results and deltas in, and
 * the status view.
 *
 * <p>Threading: the producer is shared by all threads and answers on its own; one thread owns the
 * consumer of {@link io.millrace.ingress.kafka.ReplyTail}, one that of {@link
 * io.millrace.ingress.kafka.CostView}; the view is written by one Streams thread and read by the
 * few threads of {@link io.millrace.ingress.kafka.RequestView}, which may block. Listeners are
 * called on these threads and must hand over at once.
 */
@NullMarked
package io.millrace.ingress.kafka;

import org.jspecify.annotations.NullMarked;
