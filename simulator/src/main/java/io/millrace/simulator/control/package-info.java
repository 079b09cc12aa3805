/** The simulator's own face under {@code /_simulator}: script, stats and counts per request. */
@NullMarked
package io.millrace.simulator.control;

import org.jspecify.annotations.NullMarked;
