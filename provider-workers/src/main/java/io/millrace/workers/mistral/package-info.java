/** Mistral's form: OpenAI's with other names, ids of its own and thoughts inside the content. */
@NullMarked
package io.millrace.workers.mistral;

import org.jspecify.annotations.NullMarked;
