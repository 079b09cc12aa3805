/** Tests. */
@NullMarked
package io.millrace.workers.bedrock;

import org.jspecify.annotations.NullMarked;
