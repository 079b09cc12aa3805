/**
 * Cohere's wire form, version 2: chat and embed.
 *
 * <p>Threading: the adapter is immutable; a dialect belongs to one answer and is used by one thread
 * at a time.
 */
@NullMarked
package io.millrace.workers.cohere;

import org.jspecify.annotations.NullMarked;
