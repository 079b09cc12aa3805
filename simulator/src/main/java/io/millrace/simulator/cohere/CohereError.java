package io.millrace.simulator.cohere;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireError;
import io.millrace.simulator.script.ErrorRule;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.UUID;

/** Errors as Cohere writes them: an id and a message, nothing else. */
final class CohereError {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private CohereError() {}

  static WireError of(int status, String message) {
    return of(status, message, Map.of());
  }

  static WireError of(Verdict.Refused refused, String model) {
    return switch (refused) {
      case Verdict.UnknownModel unknown ->
          of(404, "model '%s' not found, make sure the correct model ID was used".formatted(model));
      case Verdict.RateLimited limited ->
          of(429, "You are past the per minute request limit, please wait and try again later.");
      case Verdict.Failure failure -> scripted(failure.rule());
    };
  }

  private static WireError scripted(ErrorRule rule) {
    var text = rule.text().message();
    return of(rule.status(), text.isEmpty() ? usual(rule.status()) : text, rule.headers());
  }

  private static String usual(int status) {
    return switch (status) {
      case 401 -> "invalid api token";
      case 402 -> "Please add or update your payment method";
      case 429 -> "You are past the per minute request limit, please wait and try again later.";
      case 498 -> "invalid token";
      case 499 -> "request cancelled";
      default -> status < 500 ? "invalid request" : "internal server error, this has been reported";
    };
  }

  private static WireError of(int status, String message, Map<String, String> headers) {
    var body = MAPPER.createObjectNode().put("id", UUID.randomUUID().toString());
    return new WireError(status, headers, Buffer.buffer(body.put("message", message).toString()));
  }
}
