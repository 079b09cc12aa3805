/**
 * OpenAI's Responses for providers that only chat: a Responses request becomes a chat request, what
 * the provider answers becomes a Response and its events. The adapter of the provider knows nothing
 * of it.
 *
 * <p>Threading: what is not static belongs to one call and is used by one thread at a time.
 */
@NullMarked
package io.millrace.workers.responses;

import org.jspecify.annotations.NullMarked;
