/**
 * What of ingress asks the blob store.
 *
 * <p>Threading: all of it may block and has threads of its own; safe for concurrent use.
 */
@NullMarked
package io.millrace.ingress.blobs;

import org.jspecify.annotations.NullMarked;
