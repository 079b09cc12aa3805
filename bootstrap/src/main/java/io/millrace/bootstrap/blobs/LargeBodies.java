package io.millrace.bootstrap.blobs;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Bodies that are too large for a record wait in the blob store, and the record has their name. The
 * name tells the length, so that whoever reads one can make room for it before.
 */
public final class LargeBodies {

  /** Longer ones go to the blob store. */
  public static final int INLINE_BYTES_MAX = 512 * 1024;

  /** No request and no answer is longer. */
  public static final int BYTES_MAX = 17 << 20;

  private static final char BEFORE_LENGTH = '-';

  private LargeBodies() {}

  public static boolean isLarge(ByteBuffer body) {
    return body.remaining() > INLINE_BYTES_MAX;
  }

  /**
   * What the body of a request is called.
   *
   * @param unique different for each submission: a repeat of an id must not replace the first body
   */
  public static String ofRequest(String account, String unique, int bytes) {
    return "bodies/" + account + "/" + unique + BEFORE_LENGTH + bytes;
  }

  /** What the answer of an attempt is called. */
  public static String ofAnswer(String account, String attemptId, int bytes) {
    return "answers/" + account + "/" + attemptId + BEFORE_LENGTH + bytes;
  }

  /** The length that the name tells. */
  public static int bytesOf(String ref) {
    try {
      int bytes = Integer.parseInt(ref.substring(ref.lastIndexOf(BEFORE_LENGTH) + 1));
      return Math.clamp(bytes, 0, BYTES_MAX);
    } catch (NumberFormatException e) {
      return BYTES_MAX;
    }
  }

  public static void put(BlobStore blobs, String ref, ByteBuffer body) throws IOException {
    var bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    blobs.put(ref, bytes);
  }

  public static ByteBuffer get(BlobStore blobs, String ref) throws IOException {
    return ByteBuffer.wrap(blobs.get(ref, BYTES_MAX));
  }
}
