/** Tests. */
@NullMarked
package io.millrace.workers;

import org.jspecify.annotations.NullMarked;
