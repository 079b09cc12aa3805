/**
 * What the simulator decides and counts, for every wire form alike. Knows no HTTP; time is an
 * argument. Shared by all event loops: counters are striped, limiters and tables lock briefly.
 */
@NullMarked
package io.millrace.simulator.engine;

import org.jspecify.annotations.NullMarked;
