/**
 * What of the workers asks the blob store: large bodies and attached files on their way in, large
 * answers on their way out.
 *
 * <p>Threading: it may block and has threads of its own; safe for concurrent use.
 */
@NullMarked
package io.millrace.workers.blobs;

import org.jspecify.annotations.NullMarked;
