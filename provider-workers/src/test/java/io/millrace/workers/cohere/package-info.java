/** Tests. */
@NullMarked
package io.millrace.workers.cohere;

import org.jspecify.annotations.NullMarked;
