/** What the simulator is told to do: a validated, immutable script and its JSON form. */
@NullMarked
package io.millrace.simulator.script;

import org.jspecify.annotations.NullMarked;
