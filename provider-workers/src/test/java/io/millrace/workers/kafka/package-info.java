/** Tests. */
@NullMarked
package io.millrace.workers.kafka;

import org.jspecify.annotations.NullMarked;
