package io.millrace.workers.google;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.RetryAfter;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ProviderFailures;
import io.millrace.workers.canonical.ProviderFailures.Complaint;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What an error of Google's means: a status in words, and details of which one names the reason,
 * one the wait and one the quota.
 */
final class GoogleErrors {

  /** Reasons that speak against our key or account although the status blames the request. */
  private static final Set<String> KEY_REASONS =
      Set.of(
          "API_KEY_INVALID",
          "API_KEY_EXPIRED",
          "API_KEY_SERVICE_BLOCKED",
          "API_KEY_HTTP_REFERRER_BLOCKED",
          "API_KEY_IP_ADDRESS_BLOCKED",
          "ACCESS_TOKEN_EXPIRED",
          "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
          "ACCESS_TOKEN_TYPE_UNSUPPORTED",
          "CREDENTIALS_MISSING",
          "CONSUMER_INVALID",
          "CONSUMER_SUSPENDED",
          "SERVICE_DISABLED");

  private static final List<String> MONEY_WORDS = List.of("billing", "credits", "spend", "prepay");
  private static final Duration WAIT_MAX = Duration.ofDays(1);

  private GoogleErrors() {}

  /** The failure that a response with this head and body is. */
  static Outcome.Failure of(ResponseHead head, byte[] body) {
    return failure(head.status(), head, Told.of(treeOf(body)));
  }

  /** An error inside an answer whose status was 200. */
  static Outcome.Failure inStream(JsonNode tree) {
    var told = Told.of(tree);
    return failure(
        told.httpStatus(), new ResponseHead(0, n -> Optional.empty(), Instant.EPOCH), told);
  }

  private static Outcome.Failure failure(int status, ResponseHead head, Told told) {
    var verdict = verdictOf(status, told);
    // The wait that comes with a quota of the day is that of the minute.
    var wait = verdict == Verdict.OUT_OF_QUOTA ? Duration.ZERO : told.retryDelay();
    return ProviderFailures.of(
        verdict,
        status,
        Complaint.of(told.namesProject() ? "" : told.message),
        wait.isZero() && verdict != Verdict.OUT_OF_QUOTA ? RetryAfter.of(head) : wait);
  }

  private static Verdict verdictOf(int status, Told told) {
    if (status == 402 || told.reasons.contains("BILLING_DISABLED")) {
      return Verdict.OUT_OF_QUOTA;
    }
    if (told.reasons.stream().anyMatch(KEY_REASONS::contains)) {
      return Verdict.UNAUTHORISED;
    }
    return switch (status) {
      case 401, 403 -> Verdict.UNAUTHORISED;
      case 404 -> Verdict.NOT_FOUND;
      case 408, 504 -> Verdict.TIMEOUT;
      case 429 -> told.isQuotaGone() ? Verdict.OUT_OF_QUOTA : Verdict.RATE_LIMITED;
      case 503, 529 -> Verdict.OVERLOADED;
      case 409, 499 -> Verdict.UPSTREAM_FAILURE;
      default -> status >= 400 && status < 500 ? badRequest(told) : Verdict.UPSTREAM_FAILURE;
    };
  }

  private static Verdict badRequest(Told told) {
    var text = told.message.toLowerCase(Locale.ROOT);
    if (text.contains("api key")) {
      return Verdict.UNAUTHORISED;
    }
    // Where the account may not be used from here, or only when it pays.
    if (told.status.equals("FAILED_PRECONDITION")
        && (text.contains("location") || text.contains("billing"))) {
      return Verdict.UNAUTHORISED;
    }
    return ProviderFailures.saysTooLong(told.message) ? Verdict.CONTEXT_TOO_LONG : Verdict.INVALID;
  }

  private static JsonNode treeOf(byte[] body) {
    try {
      return Json.MAPPER.readTree(body);
    } catch (IOException e) {
      return Json.MAPPER.missingNode();
    }
  }

  /** What an error says of itself; empty where it says nothing. */
  private record Told(
      int code,
      String status,
      String message,
      List<String> reasons,
      List<String> quotas,
      Duration retryDelay) {

    static Told of(JsonNode root) {
      // Streams wrap their error in an array.
      var error = (root.isArray() ? root.path(0) : root).path("error");
      var reasons = new ArrayList<String>();
      var quotas = new ArrayList<String>();
      var wait = Duration.ZERO;
      for (var detail : error.path("details")) {
        if (detail.path("reason").isTextual()) {
          reasons.add(detail.path("reason").asText());
        }
        for (var violation : detail.path("violations")) {
          quotas.add(violation.path("quotaId").asText(""));
        }
        if (detail.has("retryDelay")) {
          wait = durationOf(detail.path("retryDelay"));
        }
      }
      return new Told(
          error.path("code").asInt(),
          error.path("status").asText(""),
          error.isTextual() ? error.asText() : error.path("message").asText(""),
          reasons,
          quotas,
          wait);
    }

    /** Vertex AI calls models by their whole path, which is not the client's to know. */
    boolean namesProject() {
      return message.contains("projects/");
    }

    /** Waiting a minute will not help. */
    boolean isQuotaGone() {
      var text = message.toLowerCase(Locale.ROOT);
      return quotas.stream().anyMatch(quota -> quota.contains("PerDay"))
          || (quotas.isEmpty() && MONEY_WORDS.stream().anyMatch(text::contains));
    }

    /** Which status the error would have had, had it come before the head. */
    int httpStatus() {
      if (code >= 400 && code < 600) {
        return code;
      }
      return switch (status) {
        case "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE" -> 400;
        case "UNAUTHENTICATED" -> 401;
        case "PERMISSION_DENIED" -> 403;
        case "NOT_FOUND" -> 404;
        case "RESOURCE_EXHAUSTED" -> 429;
        case "UNAVAILABLE" -> 503;
        case "DEADLINE_EXCEEDED" -> 504;
        default -> 500;
      };
    }

    /** A text such as 34.07s. */
    private static Duration durationOf(JsonNode node) {
      try {
        var text = node.asText("").strip();
        var seconds =
            new BigDecimal(text.endsWith("s") ? text.substring(0, text.length() - 1) : text);
        var millis = Math.ceil(seconds.doubleValue() * 1000);
        return Duration.ofMillis((long) Math.clamp(millis, 0, (double) WAIT_MAX.toMillis()));
      } catch (NumberFormatException e) {
        return Duration.ZERO;
      }
    }
  }
}
