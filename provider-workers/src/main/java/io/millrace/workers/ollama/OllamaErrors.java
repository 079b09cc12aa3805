package io.millrace.workers.ollama;

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

/** What Ollama's errors mean: a status and a text, no codes; in a stream only the text. */
final class OllamaErrors {

  private OllamaErrors() {}

  static Outcome.Failure failure(ResponseHead head, byte[] body) {
    return failure(head.status(), messageOf(body), RetryAfter.of(head));
  }

  /** An error where an answer had begun. */
  static Outcome.Failure inAnswer(String message) {
    var text = message.toLowerCase(Locale.ROOT);
    int status = 500;
    if (text.contains("not found")) {
      status = 404;
    } else if (text.contains("server busy")) {
      status = 503;
    }
    return failure(status, message, Duration.ZERO);
  }

  /** An answer that has nothing in it because the model was only loaded or unloaded. */
  static Outcome.Failure nothingMade() {
    return failure(500, "", Duration.ZERO);
  }

  private static Outcome.Failure failure(int status, String message, Duration retryAfter) {
    var verdict = verdictOf(status, message.toLowerCase(Locale.ROOT));
    return ProviderFailures.of(verdict, status, Complaint.of(message), retryAfter);
  }

  private static Verdict verdictOf(int status, String message) {
    return switch (status) {
      case 401, 403 -> Verdict.UNAUTHORISED;
      case 402 -> Verdict.OUT_OF_QUOTA;
      case 404 -> Verdict.NOT_FOUND;
      case 408, 504 -> Verdict.TIMEOUT;
      // Ollama's cloud has allowances of a week beside its rates.
      case 429 -> message.contains("week") ? Verdict.OUT_OF_QUOTA : Verdict.RATE_LIMITED;
      case 499 -> Verdict.UPSTREAM_FAILURE;
      case 503 -> Verdict.OVERLOADED;
      default -> {
        if (ProviderFailures.saysTooLong(message)) {
          yield Verdict.CONTEXT_TOO_LONG;
        }
        yield status >= 400 && status < 500 ? Verdict.INVALID : Verdict.UPSTREAM_FAILURE;
      }
    };
  }

  private static String messageOf(byte[] body) {
    try {
      var error = Json.MAPPER.readTree(body).path("error");
      return error.isObject() ? error.path("message").asText("") : error.asText("");
    } catch (IOException e) {
      return "";
    }
  }
}
