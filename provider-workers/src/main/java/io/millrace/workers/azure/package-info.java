/** Azure OpenAI: OpenAI's form under other paths and with other keys. */
@NullMarked
package io.millrace.workers.azure;

import org.jspecify.annotations.NullMarked;
