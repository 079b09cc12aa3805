/** Tests. */
@NullMarked
package io.millrace.workers.framing;

import org.jspecify.annotations.NullMarked;
