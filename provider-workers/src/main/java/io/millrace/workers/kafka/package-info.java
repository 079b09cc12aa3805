/**
 * Kafka: attempts and callbacks in, starts, deltas and replies out.
 *
 * <p>Threading: each consumer is owned by one poll thread, which alone touches its buffers, its
 * throttle and its offsets. Other threads leave facts in a queue and wake it. The one producer is
 * shared by all.
 */
@NullMarked
package io.millrace.workers.kafka;

import org.jspecify.annotations.NullMarked;
