package io.millrace.workers.openai;

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
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an error of OpenAI, or of a host that speaks its form, means for the attempt and for the
 * client. Texts that blame the client's request are passed on; texts about our key, our money or
 * the host's health are not: they may hold fragments of keys and names of organisations.
 */
final class OpenAiErrors {

  private static final Set<String> MONEY_CODES =
      Set.of(
          "credit_balance_exhausted",
          "organization_spend_limit_exceeded",
          "project_spend_limit_exceeded",
          "organization_usage_limit_exceeded",
          "insufficient_quota",
          "billing_hard_limit_reached",
          "billing_not_active");
  private static final Set<String> FILTER_CODES =
      Set.of(
          "content_filter",
          "content_policy_violation",
          "ResponsibleAIPolicyViolation",
          "bio_policy",
          "misalignment_policy_violation",
          "image_content_policy_violation");

  /** What a Response fails of that has begun before its images were looked at. */
  private static final Set<String> IMAGE_CODES =
      Set.of(
          "invalid_image",
          "invalid_image_format",
          "invalid_base64_image",
          "invalid_image_url",
          "image_too_large",
          "image_too_small",
          "image_parse_error",
          "image_content_policy_violation",
          "invalid_image_mode",
          "image_file_too_large",
          "unsupported_image_media_type",
          "empty_image_file",
          "failed_to_download_image",
          "image_file_not_found");

  private OpenAiErrors() {}

  /** The failure that a response with this head and body is. */
  static Outcome.Failure outcome(ResponseHead head, byte[] body) {
    if (head.isSuccess()) {
      return notUnderstood();
    }
    return failure(head.status(), head, ErrorText.of(treeOf(head, body)));
  }

  /** An error inside a body or stream whose status was 200. */
  static Outcome.Failure inStream(ResponseHead head, JsonNode tree) {
    var text = ErrorText.of(tree);
    return failure(statusOf(text), head, text);
  }

  /** An answer whose finish reason says that there is none. */
  static Outcome.Failure finished(Verdict verdict) {
    int status = verdict == Verdict.OVERLOADED ? 503 : 500;
    return ProviderFailures.of(verdict, status, Complaint.of(""), Duration.ZERO);
  }

  /** Something came that is not of OpenAI's form. */
  static Outcome.Failure notUnderstood() {
    return ProviderFailures.notUnderstood();
  }

  private static Outcome.Failure failure(int status, ResponseHead head, ErrorText text) {
    var verdict = verdictOf(status, text);
    var complaint = new Complaint(text.code(), text.param(), text.message());
    return ProviderFailures.of(verdict, status, complaint, RetryAfter.of(head));
  }

  private static Verdict verdictOf(int status, ErrorText text) {
    var code = text.code();
    if (status == 402 || MONEY_CODES.contains(code) || MONEY_CODES.contains(text.type())) {
      return Verdict.OUT_OF_QUOTA;
    }
    if (status == 401 || code.equals("invalid_api_key") || text.blames("api key")) {
      return Verdict.UNAUTHORISED;
    }
    if (code.equals("model_not_found")) {
      return Verdict.NOT_FOUND;
    }
    return switch (status) {
      case 403 -> Verdict.UNAUTHORISED;
      case 404 -> Verdict.NOT_FOUND;
      case 408, 504, 524 -> Verdict.TIMEOUT;
      case 429 -> Verdict.RATE_LIMITED;
      case 498, 503, 529 -> Verdict.OVERLOADED;
      case 409, 424, 425 -> Verdict.UPSTREAM_FAILURE;
      default -> {
        if (code.equals("server_is_overloaded")) {
          yield Verdict.OVERLOADED;
        }
        yield status >= 400 && status < 500 ? badRequest(text) : Verdict.UPSTREAM_FAILURE;
      }
    };
  }

  private static Verdict badRequest(ErrorText text) {
    if (FILTER_CODES.contains(text.code())) {
      return Verdict.CONTENT_FILTERED;
    }
    boolean isTooLong =
        text.code().equals("context_length_exceeded")
            || ProviderFailures.saysTooLong(text.message());
    return isTooLong ? Verdict.CONTEXT_TOO_LONG : Verdict.INVALID;
  }

  /** Which status an error would have had, had it come before the head. */
  private static int statusOf(ErrorText text) {
    try {
      int status = Integer.parseInt(text.code());
      if (status >= 400 && status < 600) {
        return status;
      }
    } catch (NumberFormatException e) {
      // Most codes are words.
    }
    return switch (text.code().isEmpty() ? text.type() : text.code()) {
      case "rate_limit_exceeded", "slow_down", "rate_limit_error", "requests", "tokens" -> 429;
      case "server_is_overloaded", "overloaded_error", "service_unavailable_error" -> 503;
      case "context_length_exceeded", "content_filter", "content_policy_violation" -> 400;
      case "invalid_prompt", "bio_policy", "misalignment_policy_violation" -> 400;
      default ->
          text.type().equals("invalid_request_error") || IMAGE_CODES.contains(text.code())
              ? 400
              : 500;
    };
  }

  private static JsonNode treeOf(ResponseHead head, byte[] body) {
    if (head.contentType().contains("html") || body.length == 0) {
      return Json.MAPPER.missingNode();
    }
    try {
      return Json.MAPPER.readTree(body);
    } catch (IOException e) {
      return Json.MAPPER.missingNode();
    }
  }

  /**
   * What an error says of itself, in any of the shapes that hosts use; empty where it says nothing.
   */
  private record ErrorText(String type, String code, String param, String message) {

    static ErrorText of(JsonNode root) {
      var error = root.path("error");
      if (error.isTextual()) {
        return new ErrorText("", "", "", error.asText());
      }
      var node = error.isObject() ? error : root;
      var code = text(node.path("code"));
      var said = saidIn(node);
      return new ErrorText(
          text(node.path("type")),
          code.isEmpty() ? text(node.at("/innererror/code")) : code,
          text(node.path("param")).isEmpty() ? place(said) : text(node.path("param")),
          text(said.has("msg") ? said.path("msg") : said));
    }

    /** The text, or the first of the complaints that validators list. */
    private static JsonNode saidIn(JsonNode node) {
      var message = node.path("message");
      if (message.isValueNode() && !message.isNull()) {
        return message;
      }
      var detail = message.isObject() ? message.path("detail") : node.path("detail");
      return detail.isArray() ? detail.path(0) : detail;
    }

    /** Which field a validator's complaint is about: its place without the leading "body". */
    private static String place(JsonNode complaint) {
      return complaint
          .path("loc")
          .valueStream()
          .map(JsonNode::asText)
          .filter(part -> !part.equals("body"))
          .collect(Collectors.joining("."));
    }

    boolean blames(String words) {
      return message.toLowerCase(Locale.ROOT).contains(words);
    }

    private static String text(JsonNode node) {
      return node.isValueNode() && !node.isNull() ? node.asText() : "";
    }
  }
}
