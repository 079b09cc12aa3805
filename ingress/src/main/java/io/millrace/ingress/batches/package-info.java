/**
 * Batches: their files read, checked and fed to the log line by line, and the files of their
 * results. Blocks; the clerk has a thread of its own, everything else runs on threads that may wait
 * for the blob store.
 */
@NullMarked
package io.millrace.ingress.batches;

import org.jspecify.annotations.NullMarked;
