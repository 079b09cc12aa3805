/** Tests. */
@NullMarked
package io.millrace.simulator.sdk;

import org.jspecify.annotations.NullMarked;
