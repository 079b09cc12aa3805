/**
 * How fast the product is, measured from outside on the processes that users run. A benchmark's own
 * thread starts processes and waits; the load is made by {@code wrk} or on Vert.x event loops.
 */
@NullMarked
package io.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
