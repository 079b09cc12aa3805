package io.millrace.simulator.google;

import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireCall;
import io.millrace.simulator.http.WireError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** What Google's calls have in common: they say nothing of limits in their heads. */
sealed interface GoogleCall extends WireCall, Parsed permits EmbedCall, GenerateCall {
  CharSequence JSON = HttpHeaders.createOptimized("application/json; charset=UTF-8");
  CharSequence EVENT_STREAM = HttpHeaders.createOptimized("text/event-stream");

  @Override
  default void headers(MultiMap headers, LimitState limits, long elapsedMs) {
    headers.set(HttpHeaders.CONTENT_TYPE, JSON);
  }

  @Override
  default void streamHeaders(MultiMap headers) {
    headers.set(HttpHeaders.CONTENT_TYPE, EVENT_STREAM);
  }

  @Override
  default WireError error(Verdict.Refused refused) {
    return GoogleError.of(refused, facts().model());
  }
}
