/**
 * What becomes of a request: when it is sent, where to, how often, at what price, and how it ends.
 *
 * <p>The core is pure: {@link io.millrace.dispatcher.Dispatcher} takes a state, an event and a
 * time, and gives decisions. It does no I/O, reads no clock and logs nothing; {@code
 * io.millrace.dispatcher.kafka} runs it inside Kafka Streams, in one transaction for each batch of
 * records.
 *
 * <p>Threading: one partition's dispatcher belongs to one thread. No locks.
 */
@NullMarked
package io.millrace.dispatcher;

import org.jspecify.annotations.NullMarked;
