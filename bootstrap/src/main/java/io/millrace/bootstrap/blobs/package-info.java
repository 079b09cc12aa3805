/** Bytes that are too large for a record, under a name. */
@NullMarked
package io.millrace.bootstrap.blobs;

import org.jspecify.annotations.NullMarked;
