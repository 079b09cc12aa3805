package io.millrace.ingress.kafka;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Rows of a batch's requests in the order of finishing: which request, and whether it failed, so
 * that a reader of failures passes over a million successes without a look at them.
 */
final class FinishedRows {

  private static final char FAILED = '!';

  private FinishedRows() {}

  static byte[] toBytes(String requestId, boolean isSuccess) {
    return (isSuccess ? requestId : requestId + FAILED).getBytes(ISO_8859_1);
  }

  static String requestId(byte[] row) {
    int length = isMarkedFailed(row) ? row.length - 1 : row.length;
    return new String(row, 0, length, ISO_8859_1);
  }

  /** False also for a failure of a bulk that an older version wrote. */
  static boolean isMarkedFailed(byte[] row) {
    return row.length > 0 && row[row.length - 1] == FAILED;
  }
}
