package io.millrace.dispatcher;

import java.nio.ByteBuffer;

/**
 * A callback that is not delivered yet.
 *
 * @param number deliveries asked for so far
 */
public record PendingCallback(
    String callbackId,
    String requestId,
    String account,
    String url,
    String eventType,
    int number,
    ByteBuffer payload) {

  PendingCallback again() {
    return new PendingCallback(callbackId, requestId, account, url, eventType, number + 1, payload);
  }
}
