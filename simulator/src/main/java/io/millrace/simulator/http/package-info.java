/** One call on its connection: body, timers, chunks, disconnects. Runs on the call's event loop. */
@NullMarked
package io.millrace.simulator.http;

import org.jspecify.annotations.NullMarked;
