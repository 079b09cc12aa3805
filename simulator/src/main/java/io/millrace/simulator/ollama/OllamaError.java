package io.millrace.simulator.ollama;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireError;
import io.millrace.simulator.script.ErrorRule;
import io.vertx.core.buffer.Buffer;
import java.util.Map;

/** Errors as Ollama writes them: a text, nothing else. */
final class OllamaError {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private OllamaError() {}

  static WireError of(int status, String text) {
    return of(status, text, Map.of());
  }

  static WireError of(Verdict.Refused refused, String model) {
    return switch (refused) {
      case Verdict.UnknownModel unknown -> of(404, "model '%s' not found".formatted(model));
      case Verdict.RateLimited limited ->
          of(429, "you have reached your hourly usage limit, please try again later");
      case Verdict.Failure failure -> scripted(failure.rule());
    };
  }

  private static WireError scripted(ErrorRule rule) {
    var text = rule.text().message();
    return of(rule.status(), text.isEmpty() ? usual(rule.status()) : text, rule.headers());
  }

  private static String usual(int status) {
    return switch (status) {
      case 401, 403 -> "unauthorized";
      case 404 -> "model not found";
      case 429 -> "too many requests";
      case 503 -> "server busy, please try again.  maximum pending requests exceeded";
      default -> status < 500 ? "invalid request" : "llama runner process has terminated";
    };
  }

  private static WireError of(int status, String text, Map<String, String> headers) {
    var body = MAPPER.createObjectNode().put("error", text);
    return new WireError(status, headers, Buffer.buffer(body.toString()));
  }
}
