package io.millrace.workers.cohere;

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

/** What Cohere's errors mean: a status and a message, no codes. */
final class CohereErrors {

  private CohereErrors() {}

  static Outcome.Failure failure(ResponseHead head, byte[] body) {
    var message = messageOf(body);
    return ProviderFailures.of(
        verdictOf(head.status(), message.toLowerCase(Locale.ROOT)),
        head.status(),
        Complaint.of(message),
        RetryAfter.of(head));
  }

  /** A finish reason that is a failure. */
  static Outcome.Failure inAnswer(Verdict verdict) {
    return ProviderFailures.of(
        verdict, verdict == Verdict.TIMEOUT ? 504 : 500, Complaint.of(""), Duration.ZERO);
  }

  private static Verdict verdictOf(int status, String message) {
    return switch (status) {
      case 401, 403 -> Verdict.UNAUTHORISED;
      case 402 -> Verdict.OUT_OF_QUOTA;
      case 404 -> Verdict.NOT_FOUND;
      case 408, 504 -> Verdict.TIMEOUT;
      // A trial key's calls of the month do not come back in a minute.
      case 429 -> message.contains("month") ? Verdict.OUT_OF_QUOTA : Verdict.RATE_LIMITED;
      // An "invalid token" is a word of the prompt or the answer that Cohere denies.
      case 498 ->
          message.contains("api token") || message.contains("api key")
              ? Verdict.UNAUTHORISED
              : Verdict.CONTENT_FILTERED;
      case 499 -> Verdict.UPSTREAM_FAILURE;
      case 503, 529 -> Verdict.OVERLOADED;
      default -> status >= 400 && status < 500 ? badRequest(message) : Verdict.UPSTREAM_FAILURE;
    };
  }

  private static Verdict badRequest(String message) {
    // Also said of a limit of the output, which no other model's context would cure.
    boolean isOfOutput = message.contains("max tokens must be");
    return ProviderFailures.saysTooLong(message) && !isOfOutput
        ? Verdict.CONTEXT_TOO_LONG
        : Verdict.INVALID;
  }

  private static String messageOf(byte[] body) {
    try {
      JsonNode root = Json.MAPPER.readTree(body);
      return root.path("message").asText("");
    } catch (IOException e) {
      return "";
    }
  }
}
