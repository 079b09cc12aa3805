/**
 * OpenAI's JSON, which is Millrace's own form: errors, usage, chunks, completions. Adapters of
 * other wire forms translate to and from it.
 *
 * <p>Threading: what is not static belongs to one call and is used by one thread at a time.
 */
@NullMarked
package io.millrace.workers.canonical;

import org.jspecify.annotations.NullMarked;
