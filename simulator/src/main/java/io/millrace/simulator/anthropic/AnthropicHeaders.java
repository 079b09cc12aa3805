package io.millrace.simulator.anthropic;

import io.millrace.simulator.engine.LimitState;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** The headers Anthropic answers with. */
final class AnthropicHeaders {
  static final CharSequence EVENT_STREAM =
      HttpHeaders.createOptimized("text/event-stream; charset=utf-8");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("request-id");
  private static final String ORGANIZATION = "00000000-0000-4000-8000-000000000000";

  private AnthropicHeaders() {}

  /** Those of any response; the content type is JSON unless set again. */
  static void add(MultiMap headers, String requestId) {
    headers
        .set(HttpHeaders.CONTENT_TYPE, JSON)
        .set(REQUEST_ID, requestId)
        .set("anthropic-organization-id", ORGANIZATION);
  }

  static void addLimits(MultiMap headers, LimitState limits, Instant now) {
    if (!limits.equals(LimitState.NONE)) {
      addWindow(headers, "requests", limits.requests(), now);
      addWindow(headers, "tokens", limits.tokens(), now);
    }
  }

  private static void addWindow(
      MultiMap headers, String unit, LimitState.Window window, Instant now) {
    if (window.limit() > 0) {
      String name = "anthropic-ratelimit-" + unit;
      // Rounded up, so that who waits until then does not come too early.
      Instant reset = now.plusMillis(window.resetMs() + 999).truncatedTo(ChronoUnit.SECONDS);
      headers
          .set(name + "-limit", Long.toString(window.limit()))
          .set(name + "-remaining", Long.toString(Math.max(0, window.remaining())))
          .set(name + "-reset", reset.toString());
    }
  }

  static String newRequestId() {
    return "req_" + newId();
  }

  /** 24 hexadecimal digits, different every time. */
  static String newId() {
    var random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextInt());
  }
}
