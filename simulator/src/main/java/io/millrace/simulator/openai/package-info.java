/** OpenAI's wire form under {@code /v1}: its requests, answers, chunks, headers and errors. */
@NullMarked
package io.millrace.simulator.openai;

import org.jspecify.annotations.NullMarked;
