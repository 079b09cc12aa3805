package io.millrace.bootstrap.blobs;

import java.io.IOException;
import java.io.InputStream;

/**
 * Keeps bytes under a name. A blob appears whole or not at all, and never changes: writing a name
 * again puts another blob in its place. All calls block; event loops must not make them. Safe for
 * concurrent use.
 *
 * <p>A name is its own reference: parts of letters, digits, {@code - _ .} joined by slashes, such
 * as {@code files/acme/file-01}, none of them empty or of dots alone.
 */
public interface BlobStore extends AutoCloseable {

  /** Begins a blob; it is there once the writer has committed. */
  BlobWriter create(String name) throws IOException;

  /**
   * Reads a blob from a place in it to its end.
   *
   * @throws BlobNotFoundException when there is none of this name
   */
  InputStream open(String name, long offset) throws IOException;

  /** Removes a blob; one that is not there is removed already. */
  void delete(String name) throws IOException;

  /** Writes a small blob at once. */
  default void put(String name, byte[] bytes) throws IOException {
    try (var writer = create(name)) {
      writer.write(bytes, 0, bytes.length);
      writer.commit();
    }
  }

  /** Reads a whole blob of at most so many bytes. */
  default byte[] get(String name, int bytesMax) throws IOException {
    try (var in = open(name, 0)) {
      var bytes = in.readNBytes(bytesMax);
      if (bytes.length == bytesMax && in.read() >= 0) {
        throw new IOException("blob " + name + " is larger than " + bytesMax + " bytes");
      }
      return bytes;
    }
  }

  @Override
  void close();
}
