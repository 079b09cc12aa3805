/** Tests. */
@NullMarked
package io.millrace.workers.http;

import org.jspecify.annotations.NullMarked;
