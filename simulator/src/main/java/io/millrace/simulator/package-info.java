/**
 * A provider that is not one: a real HTTP server with scripted latency, token counts, faults and
 * rate limits, which counts what it served.
 *
 * <p>From the outside in: {@code openai} and {@code control} own paths and bytes, {@code http} owns
 * one call's timers and connection, {@code engine} decides and counts, {@code script} is what it is
 * told to do. Concurrency: everything runs on Vert.x event loops and never blocks; only the
 * engine's counters and limiters are shared between loops.
 */
@NullMarked
package io.millrace.simulator;

import org.jspecify.annotations.NullMarked;
