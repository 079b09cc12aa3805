package io.millrace.simulator.openai;

import io.millrace.simulator.engine.LimitState;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** The headers OpenAI answers with. */
public final class OpenAiHeaders {
  static final CharSequence EVENT_STREAM =
      HttpHeaders.createOptimized("text/event-stream; charset=utf-8");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence X_REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
  private static final CharSequence VERSION = HttpHeaders.createOptimized("openai-version");
  private static final CharSequence VERSION_DATE = HttpHeaders.createOptimized("2020-10-01");
  private static final CharSequence PROCESSING_MS =
      HttpHeaders.createOptimized("openai-processing-ms");

  private OpenAiHeaders() {}

  /** Those of any response; the content type is JSON unless set again. */
  public static void add(MultiMap headers) {
    headers
        .set(HttpHeaders.CONTENT_TYPE, JSON)
        .set(X_REQUEST_ID, "req_" + hexId())
        .set(VERSION, VERSION_DATE);
  }

  static void addProcessing(MultiMap headers, long elapsedMs) {
    headers.set(PROCESSING_MS, Long.toString(elapsedMs));
  }

  static void addLimits(MultiMap headers, LimitState limits, Flavour flavour) {
    if (!limits.equals(LimitState.NONE)) {
      addWindow(headers, flavour.requestsSuffix(), limits.requests());
      addWindow(headers, flavour.tokensSuffix(), limits.tokens());
    }
  }

  private static void addWindow(MultiMap headers, String suffix, LimitState.Window window) {
    if (window.limit() > 0) {
      headers
          .set("x-ratelimit-limit" + suffix, Long.toString(window.limit()))
          .set("x-ratelimit-remaining" + suffix, Long.toString(window.remaining()))
          .set("x-ratelimit-reset" + suffix, GoDuration.ofMillis(window.resetMs()));
    }
  }

  /** 32 hexadecimal digits, different every time. */
  static String hexId() {
    var random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
