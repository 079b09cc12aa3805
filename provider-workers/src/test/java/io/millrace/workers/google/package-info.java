/** Tests. */
@NullMarked
package io.millrace.workers.google;

import org.jspecify.annotations.NullMarked;
