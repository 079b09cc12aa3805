/** What every adapter must do, tried against the simulator. */
@NullMarked
package io.millrace.workers.contract;

import org.jspecify.annotations.NullMarked;
