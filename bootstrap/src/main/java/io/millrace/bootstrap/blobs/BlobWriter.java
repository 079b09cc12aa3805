package io.millrace.bootstrap.blobs;

import java.io.Closeable;
import java.io.IOException;

/** A blob that is being written. Confined to one thread at a time. */
public interface BlobWriter extends Closeable {

  void write(byte[] bytes, int from, int length) throws IOException;

  /** Makes the blob durable and visible. */
  void commit() throws IOException;

  /** Without a commit before, nothing is left of what was written. */
  @Override
  void close() throws IOException;
}
