/** Tests. */
@NullMarked
package io.millrace.workers.anthropic;

import org.jspecify.annotations.NullMarked;
