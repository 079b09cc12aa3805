package io.millrace.dispatcher;

import java.time.Instant;

/**
 * A batch that a client cancelled.
 *
 * @param expiresAt end of its window, which is the deadline of its lines
 * @param isSwept true when those of its lines that waited at the time have ended
 */
public record CancelledBatch(String batchId, String account, Instant expiresAt, boolean isSwept) {

  CancelledBatch swept() {
    return new CancelledBatch(batchId, account, expiresAt, true);
  }
}
