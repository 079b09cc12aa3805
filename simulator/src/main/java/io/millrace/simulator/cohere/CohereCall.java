package io.millrace.simulator.cohere;

import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireCall;
import io.millrace.simulator.http.WireError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** What Cohere's calls have in common. Production keys hear nothing of their limits. */
interface CohereCall extends WireCall {

  @Override
  default void headers(MultiMap headers, LimitState limits, long elapsedMs) {
    headers
        .set(HttpHeaders.CONTENT_TYPE, "application/json")
        .set("x-debug-trace-id", Long.toHexString(facts().bodyHash()));
  }

  @Override
  default void streamHeaders(MultiMap headers) {
    headers.set(HttpHeaders.CONTENT_TYPE, "text/event-stream");
  }

  @Override
  default WireError error(Verdict.Refused refused) {
    return CohereError.of(refused, facts().model());
  }
}
