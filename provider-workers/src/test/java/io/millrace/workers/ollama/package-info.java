/** Tests. */
@NullMarked
package io.millrace.workers.ollama;

import org.jspecify.annotations.NullMarked;
