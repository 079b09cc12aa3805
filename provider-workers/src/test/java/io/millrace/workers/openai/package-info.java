/** Tests. */
@NullMarked
package io.millrace.workers.openai;

import org.jspecify.annotations.NullMarked;
