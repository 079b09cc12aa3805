/**
 * Where one frame of a streamed answer ends and the next begins.
 *
 * <p>Threading: a decoder belongs to one answer and is used by one thread at a time.
 */
@NullMarked
package io.millrace.workers.framing;

import org.jspecify.annotations.NullMarked;
