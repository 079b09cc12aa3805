/**
 * OpenAI's wire form, and that of the many hosts that speak it more or less.
 *
 * <p>Threading: the adapter is immutable; a reader belongs to one call and is used by one thread at
 * a time.
 */
@NullMarked
package io.millrace.workers.openai;

import org.jspecify.annotations.NullMarked;
