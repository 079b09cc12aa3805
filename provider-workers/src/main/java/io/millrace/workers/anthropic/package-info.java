/**
 * Anthropic's Messages API.
 *
 * <p>Threading: the adapter is immutable; a reader belongs to one call and is used by one thread at
 * a time.
 */
@NullMarked
package io.millrace.workers.anthropic;

import org.jspecify.annotations.NullMarked;
