/**
 * Ollama's own wire form: chat and embed under {@code /api}.
 *
 * <p>Threading: the adapter is immutable; a dialect belongs to one answer and is used by one thread
 * at a time.
 */
@NullMarked
package io.millrace.workers.ollama;

import org.jspecify.annotations.NullMarked;
