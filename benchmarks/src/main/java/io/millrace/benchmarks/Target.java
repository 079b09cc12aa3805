package io.millrace.benchmarks;

import java.net.URI;

/**
 * One call that a load repeats.
 *
 * @param url where to
 * @param key bearer key; empty for none
 * @param body what is posted
 * @param preference {@code Prefer}; empty for none
 * @param status what counts as success
 */
record Target(URI url, String key, String body, String preference, int status) {

  private static final String MODEL = "gpt-4o-mini";

  /** A chat body of about so many bytes. */
  static String chat(int bytes) {
    var frame = "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}";
    int words = Math.max(1, bytes - frame.length() - MODEL.length() + 4);
    return frame.formatted(MODEL, "mill ".repeat(words / 5 + 1).substring(0, words));
  }

  static Target waiting(URI base, String key) {
    return new Target(base.resolve("/v1/chat/completions"), key, chat(1024), "", 200);
  }

  static Target accepted(URI base, String key) {
    return new Target(base.resolve("/v1/chat/completions"), key, chat(1024), "respond-async", 202);
  }
}
