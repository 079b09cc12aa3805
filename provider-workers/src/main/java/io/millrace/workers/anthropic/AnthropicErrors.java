package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.RetryAfter;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ProviderFailures;
import io.millrace.workers.canonical.ProviderFailures.Complaint;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What an error of Anthropic's means for the attempt and for the client. */
final class AnthropicErrors {

  /** Complaints of money in the form of a bad request. */
  private static final List<String> OUT_OF_MONEY =
      List.of("credit balance is too low", "api usage limits", "spend limit");

  private static final Pattern BLAMED = Pattern.compile("^([a-z_]+)(?:\\.\\S*)?: ");

  private AnthropicErrors() {}

  /** The failure that a response with this head and body is. */
  static Outcome.Failure of(ResponseHead head, byte[] body) {
    if (head.isSuccess()) {
      return ProviderFailures.notUnderstood();
    }
    return failure(head.status(), errorOf(treeOf(body)), RetryAfter.of(head));
  }

  /** An error that came where an answer should have. */
  static Outcome.Failure inStream(JsonNode data) {
    var error = errorOf(data);
    return failure(statusOf(error.path("type").asText()), error, Duration.ZERO);
  }

  private static Outcome.Failure failure(int status, JsonNode error, Duration retryAfter) {
    var message = error.path("message").asText("");
    var complaint = new Complaint("", blamed(message), message);
    return ProviderFailures.of(verdictOf(status, error, message), status, complaint, retryAfter);
  }

  private static Verdict verdictOf(int status, JsonNode error, String message) {
    var code = error.path("details").path("error_code").asText("");
    if (code.contains("spend_limit") || code.contains("billing")) {
      return Verdict.OUT_OF_QUOTA;
    }
    return switch (status) {
      case 401, 403 -> Verdict.UNAUTHORISED;
      case 402 -> Verdict.OUT_OF_QUOTA;
      case 404 -> Verdict.NOT_FOUND;
      case 408, 504, 524 -> Verdict.TIMEOUT;
      case 409, 424, 425 -> Verdict.UPSTREAM_FAILURE;
      // Another provider may take what is too large for this one, as with the context.
      case 413 -> Verdict.CONTEXT_TOO_LONG;
      case 429 -> Verdict.RATE_LIMITED;
      case 503, 529 -> Verdict.OVERLOADED;
      default ->
          status >= 400 && status < 500
              ? badRequest(message.toLowerCase(Locale.ROOT))
              : Verdict.UPSTREAM_FAILURE;
    };
  }

  private static Verdict badRequest(String message) {
    if (OUT_OF_MONEY.stream().anyMatch(message::contains)) {
      return Verdict.OUT_OF_QUOTA;
    }
    if (message.contains("content filtering policy")) {
      return Verdict.CONTENT_FILTERED;
    }
    return ProviderFailures.saysTooLong(message) || message.contains("exceed context limit")
        ? Verdict.CONTEXT_TOO_LONG
        : Verdict.INVALID;
  }

  /** Which status an error would have had, had it come before the head. */
  private static int statusOf(String type) {
    return switch (type) {
      case "invalid_request_error" -> 400;
      case "authentication_error" -> 401;
      case "billing_error" -> 402;
      case "permission_error" -> 403;
      case "not_found_error" -> 404;
      case "request_too_large" -> 413;
      case "rate_limit_error" -> 429;
      case "timeout_error" -> 504;
      case "overloaded_error" -> 529;
      default -> 500;
    };
  }

  /** OpenAI's name of the field that a message begins with, such as {@code messages.0.content}. */
  private static String blamed(String message) {
    var found = BLAMED.matcher(message);
    if (!found.find()) {
      return "";
    }
    return switch (found.group(1)) {
      case "system" -> "messages";
      case "stop_sequences" -> "stop";
      case "output_config" -> "response_format";
      case String field -> field;
    };
  }

  private static JsonNode errorOf(JsonNode root) {
    return root.path("error");
  }

  private static JsonNode treeOf(byte[] body) {
    try {
      return body.length == 0 ? Json.MAPPER.missingNode() : Json.MAPPER.readTree(body);
    } catch (IOException e) {
      return Json.MAPPER.missingNode();
    }
  }
}
