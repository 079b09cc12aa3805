package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireError;
import io.millrace.simulator.script.ErrorRule;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** An error as OpenAI writes it; an empty param or code is written as null. */
public record OpenAiError(int status, String type, String code, String param, String message)
    implements Parsed {
  static final String INVALID = "invalid_request_error";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final long MS_PER_SECOND = 1000;

  public static OpenAiError invalid(String code, String param, String message) {
    return new OpenAiError(400, INVALID, code, param, message);
  }

  static OpenAiError unknownModel(String model) {
    String message =
        "The model `%s` does not exist or you do not have access to it.".formatted(model);
    return new OpenAiError(404, INVALID, "model_not_found", "model", message);
  }

  static OpenAiError wrongKey(boolean isMissing) {
    return isMissing
        ? new OpenAiError(401, INVALID, "", "", "You didn't provide an API key.")
        : new OpenAiError(401, INVALID, "invalid_api_key", "", "Incorrect API key provided.");
  }

  public static OpenAiError bodyTooLarge(int bytesMax) {
    String message = "The request body is larger than %d bytes.".formatted(bytesMax);
    return new OpenAiError(413, INVALID, "", "", message);
  }

  public static OpenAiError notJson() {
    return invalid("", "", "We could not parse the JSON body of your request.");
  }

  public static OpenAiError unknownUrl(String method, String path) {
    return new OpenAiError(404, INVALID, "", "", "Invalid URL (%s %s)".formatted(method, path));
  }

  public static OpenAiError wrongMethod(String method, String path) {
    return new OpenAiError(
        405, INVALID, "", "", "Not allowed to %s on %s.".formatted(method, path));
  }

  static WireError of(Verdict.Refused refused, String model) {
    return switch (refused) {
      case Verdict.UnknownModel unknown -> unknownModel(model).toWire(Map.of());
      case Verdict.RateLimited limited -> rateLimited(limited, model);
      case Verdict.Failure failure -> scripted(failure.rule()).toWire(failure.rule().headers());
    };
  }

  private static WireError rateLimited(Verdict.RateLimited limited, String model) {
    var headers = new LinkedHashMap<String, String>();
    long waitMs = limited.waitMs();
    headers.put("retry-after", Long.toString(Math.ceilDiv(waitMs, MS_PER_SECOND)));
    headers.put("retry-after-ms", Long.toString(waitMs));
    String again = " Please try again in " + GoDuration.ofMillis(waitMs) + ".";
    String message = "Rate limit reached for " + model + limitText(limited) + again;
    String type = limited.kind() == Verdict.LimitKind.TOKENS ? "tokens" : "requests";
    return new OpenAiError(429, type, "rate_limit_exceeded", "", message).toWire(headers);
  }

  private static String limitText(Verdict.RateLimited limited) {
    LimitState state = limited.limits();
    return switch (limited.kind()) {
      case REQUESTS -> " on requests per min (RPM): Limit " + state.requests().limit() + ".";
      case TOKENS -> " on tokens per min (TPM): Limit " + state.tokens().limit() + ".";
      case CONCURRENCY -> " on concurrent requests.";
    };
  }

  private static OpenAiError scripted(ErrorRule rule) {
    OpenAiError usual = usual(rule.status());
    ErrorRule.Text text = rule.text();
    return new OpenAiError(
        rule.status(),
        text.type().isEmpty() ? usual.type : text.type(),
        text.code().isEmpty() ? usual.code : text.code(),
        "",
        text.message().isEmpty() ? usual.message : text.message());
  }

  private static OpenAiError usual(int status) {
    return switch (status) {
      case 401 -> wrongKey(false);
      case 429 ->
          new OpenAiError(429, "requests", "rate_limit_exceeded", "", "Rate limit reached.");
      case 503 ->
          new OpenAiError(
              503,
              "service_unavailable_error",
              "server_is_overloaded",
              "",
              "The server is overloaded.");
      default ->
          status < 500
              ? new OpenAiError(status, INVALID, "", "", "The request was refused.")
              : new OpenAiError(
                  status, "server_error", "", "", "The server had an error while processing.");
    };
  }

  public WireError toWire(Map<String, String> headers) {
    return new WireError(status, headers, Buffer.buffer(toJson()));
  }

  private String toJson() {
    ObjectNode root = MAPPER.createObjectNode();
    ObjectNode error = root.putObject("error");
    error.put("message", message).put("type", type);
    putOrNull(error, "param", param);
    putOrNull(error, "code", code);
    return root.toString();
  }

  private static void putOrNull(ObjectNode node, String name, String value) {
    if (value.isEmpty()) {
      node.putNull(name);
    } else {
      node.put(name, value);
    }
  }
}
