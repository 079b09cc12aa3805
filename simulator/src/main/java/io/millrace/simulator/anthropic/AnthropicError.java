package io.millrace.simulator.anthropic;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireError;
import io.millrace.simulator.script.ErrorRule;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Optional;

/**
 * An error as Anthropic words it.
 *
 * @param code of the details; empty for none
 * @param headers sent along
 */
record AnthropicError(
    int status, String type, String code, String message, Map<String, String> headers)
    implements Parsed {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final long MS_PER_SECOND = 1000;
  private static final String INVALID = "invalid_request_error";

  AnthropicError(int status, String type, String message) {
    this(status, type, "", message, Map.of());
  }

  static AnthropicError invalid(String message) {
    return new AnthropicError(400, INVALID, message);
  }

  /** The same, for checks that find at most one thing wrong. */
  static Optional<AnthropicError> found(String message) {
    return Optional.of(invalid(message));
  }

  static AnthropicError wrongKey(boolean isMissing) {
    return new AnthropicError(
        401,
        "authentication_error",
        isMissing ? "x-api-key header is required" : "invalid x-api-key");
  }

  static AnthropicError bodyTooLarge() {
    return new AnthropicError(413, "request_too_large", "Request exceeds the maximum size");
  }

  static AnthropicError of(Verdict.Refused refused, String model) {
    return switch (refused) {
      case Verdict.Failure failure -> scripted(failure.rule());
      case Verdict.RateLimited limited -> limited(limited);
      case Verdict.UnknownModel unknown ->
          new AnthropicError(404, "not_found_error", "model: " + model);
    };
  }

  private static AnthropicError limited(Verdict.RateLimited limited) {
    long seconds = Math.max(1, Math.ceilDiv(limited.waitMs(), MS_PER_SECOND));
    String message =
        "This request would exceed your organization's rate limit of %s."
            .formatted(limitText(limited));
    return new AnthropicError(
        429,
        "rate_limit_error",
        "",
        message,
        Map.of("retry-after", Long.toString(seconds), "x-should-retry", "true"));
  }

  private static String limitText(Verdict.RateLimited limited) {
    LimitState state = limited.limits();
    return switch (limited.kind()) {
      case REQUESTS -> state.requests().limit() + " requests per minute";
      case TOKENS -> state.tokens().limit() + " tokens per minute";
      case CONCURRENCY -> "concurrent connections";
    };
  }

  private static AnthropicError scripted(ErrorRule rule) {
    AnthropicError usual = usual(rule.status());
    ErrorRule.Text text = rule.text();
    return new AnthropicError(
        rule.status(),
        text.type().isEmpty() ? usual.type : text.type(),
        text.code(),
        text.message().isEmpty() ? usual.message : text.message(),
        rule.headers());
  }

  private static AnthropicError usual(int status) {
    return switch (status) {
      case 401 -> wrongKey(false);
      case 402 -> new AnthropicError(status, "billing_error", "There is an issue with billing.");
      case 403 -> new AnthropicError(status, "permission_error", "Not permitted.");
      case 404 -> new AnthropicError(status, "not_found_error", "Not found.");
      case 409 -> new AnthropicError(status, "conflict_error", "Conflict.");
      case 413 -> bodyTooLarge();
      case 429 -> new AnthropicError(status, "rate_limit_error", "Rate limit reached.");
      case 504 -> new AnthropicError(status, "timeout_error", "Request timed out.");
      case 529 -> new AnthropicError(status, "overloaded_error", "Overloaded");
      default ->
          status < 500
              ? new AnthropicError(status, INVALID, "The request was refused.")
              : new AnthropicError(status, "api_error", "Internal server error");
    };
  }

  WireError toWire(String requestId) {
    ObjectNode root = MAPPER.createObjectNode().put("type", "error");
    ObjectNode error = root.putObject("error").put("type", type).put("message", message);
    if (!code.isEmpty()) {
      error.putObject("details").put("error_code", code);
    }
    root.put("request_id", requestId);
    return new WireError(status, headers, Buffer.buffer(root.toString()));
  }
}
