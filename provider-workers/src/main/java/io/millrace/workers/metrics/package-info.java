/**
 * What workers count.
 *
 * <p>Threading: safe for concurrent use.
 */
@NullMarked
package io.millrace.workers.metrics;

import org.jspecify.annotations.NullMarked;
