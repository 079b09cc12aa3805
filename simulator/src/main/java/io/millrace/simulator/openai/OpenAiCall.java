package io.millrace.simulator.openai;

import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireCall;
import io.millrace.simulator.http.WireError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** What OpenAI's calls have in common. */
sealed interface OpenAiCall extends WireCall, Parsed
    permits ChatCall, EmbeddingsCall, ModerationsCall, ResponsesCall {

  Flavour flavour();

  @Override
  default void headers(MultiMap headers, LimitState limits, long elapsedMs) {
    OpenAiHeaders.add(headers);
    OpenAiHeaders.addProcessing(headers, elapsedMs);
    OpenAiHeaders.addLimits(headers, limits, flavour());
  }

  @Override
  default void streamHeaders(MultiMap headers) {
    headers.set(HttpHeaders.CONTENT_TYPE, OpenAiHeaders.EVENT_STREAM);
    headers.set(HttpHeaders.CACHE_CONTROL, "no-cache");
  }

  @Override
  default WireError error(Verdict.Refused refused) {
    return OpenAiError.of(refused, facts().model());
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
