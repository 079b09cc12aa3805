package io.millrace.simulator.ollama;

import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireCall;
import io.millrace.simulator.http.WireError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** What Ollama's calls have in common. */
interface OllamaCall extends WireCall {

  @Override
  default void headers(MultiMap headers, LimitState limits, long elapsedMs) {
    headers.set(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8");
  }

  @Override
  default void streamHeaders(MultiMap headers) {
    headers.set(HttpHeaders.CONTENT_TYPE, "application/x-ndjson");
  }

  @Override
  default WireError error(Verdict.Refused refused) {
    return OllamaError.of(refused, facts().model());
  }
}
