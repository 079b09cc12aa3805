/**
 * What workers decide, without I/O: how a call is translated, what came of it, when the next one
 * may start, which address a callback may reach.
 *
 * <p>Threading: one poll thread per provider owns its Kafka consumer, its buffers and its throttle.
 * Calls run on Vert.x event loops, each call on one of them, and never block. Facts go from the
 * loops to the poll thread through a queue and a wakeup. Values here are immutable; the classes
 * that are not say who may touch them.
 */
@NullMarked
package io.millrace.workers;

import org.jspecify.annotations.NullMarked;
