package io.millrace.workers;

import java.time.Instant;

/**
 * How a provider knows that a call is ours: a header with a key, or a signature over the call and
 * the time.
 */
@FunctionalInterface
public interface CallSigner {

  HttpCall sign(HttpCall call, Instant now);

  /** {@code Authorization: Bearer KEY}; nothing when the key is empty. */
  static CallSigner bearer(String key) {
    return key.isEmpty() ? (call, now) -> call : header("authorization", "Bearer " + key);
  }

  /** The same header on every call. */
  static CallSigner header(String name, String value) {
    return (call, now) -> call.withHeader(name, value);
  }
}
