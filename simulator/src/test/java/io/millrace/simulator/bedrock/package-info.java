/** Tests. */
@NullMarked
package io.millrace.simulator.bedrock;

import org.jspecify.annotations.NullMarked;
