package io.millrace.simulator.bedrock;

import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireCall;
import io.millrace.simulator.http.WireError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.UUID;

/** What Bedrock's calls have in common. It tells nobody its limits. */
sealed interface BedrockCall extends WireCall, Parsed permits ConverseCall, InvokeCall {

  @Override
  default void headers(MultiMap headers, LimitState limits, long elapsedMs) {
    headers.set(HttpHeaders.CONTENT_TYPE, "application/json");
    headers.set("x-amzn-requestid", UUID.randomUUID().toString());
  }

  @Override
  default void streamHeaders(MultiMap headers) {
    headers.set(HttpHeaders.CONTENT_TYPE, "application/vnd.amazon.eventstream");
  }

  @Override
  default WireError error(Verdict.Refused refused) {
    return BedrockError.of(refused);
  }
}
