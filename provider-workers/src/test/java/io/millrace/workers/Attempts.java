package io.millrace.workers;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Lane;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Attempts for tests: builders with good defaults. */
public final class Attempts {

  public static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  public static final String CHAT_BODY =
      """
      {"model":"fast","messages":[{"role":"user","content":"hi"}]}""";

  private Attempts() {}

  public static AttemptRequested.Builder anAttempt() {
    return AttemptRequested.newBuilder()
        .setAttemptId("req_0123.1")
        .setRequestId("req_0123")
        .setAccount("acme")
        .setNumber(1)
        .setProvider("sim")
        .setModel("gpt-4o-mini")
        .setEndpoint("/v1/chat/completions")
        .setLane(Lane.STANDARD)
        .setStream(false)
        .setWrittenAt(NOW)
        .setStartBy(NOW.plusSeconds(30))
        .setInputTokensEstimated(7)
        .setBody(utf8(CHAT_BODY));
  }

  public static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }
}
