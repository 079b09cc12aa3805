package io.millrace.workers.canonical;

import io.millrace.schemas.Verdict;
import io.millrace.workers.ClientError;
import io.millrace.workers.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a provider's failure looks like to a client, the same for every provider. Texts that blame
 * the client's request are passed on; texts about our key, our money or the provider's health are
 * not: they may hold fragments of keys and names of organisations.
 */
public final class ProviderFailures {

  /** Words of providers for an input that does not fit into the model's context. */
  private static final List<String> TOO_LONG =
      List.of(
          "maximum context length",
          "context_length",
          "context length",
          "context window",
          "prompt is too long",
          "input is too long",
          "too many tokens",
          "exceeds the maximum number of tokens",
          "input token count");

  private ProviderFailures() {}

  /**
   * What the provider said. Empty texts stand for nothing said.
   *
   * @param code OpenAI's code, where the provider uses one
   * @param param which field of the client's request it blames
   */
  public record Complaint(String code, String param, String message) {
    public static Complaint of(String message) {
      return new Complaint("", "", message);
    }
  }

  /** True of a message that complains of a context that is too long. */
  public static boolean saysTooLong(String message) {
    var text = message.toLowerCase(Locale.ROOT);
    return TOO_LONG.stream().anyMatch(text::contains);
  }

  /**
   * @param status that the provider sent, or would have
   * @param retryAfter how long the provider wishes to be left alone; zero when it does not say
   */
  public static Outcome.Failure of(
      Verdict verdict, int status, Complaint complaint, Duration retryAfter) {
    return new Outcome.Failure(verdict, clientError(verdict, status, complaint), retryAfter, null);
  }

  /** Something came that is not of the provider's form. */
  public static Outcome.Failure notUnderstood() {
    return Outcome.Failure.of(
        Verdict.UPSTREAM_FAILURE,
        ClientError.serverError(
            502, "upstream_answer_invalid", "The provider's answer could not be understood."));
  }

  /** The request cannot be put into the provider's form. */
  public static Outcome.Failure invalid(String param, String message) {
    return of(Verdict.INVALID, 400, new Complaint("", param, message), Duration.ZERO);
  }

  private static ClientError clientError(Verdict verdict, int status, Complaint complaint) {
    return switch (verdict) {
      case INVALID -> blaming(status == 413 ? 413 : 400, complaint, complaint.code());
      case CONTEXT_TOO_LONG -> blaming(400, complaint, "context_length_exceeded");
      case CONTENT_FILTERED -> blaming(400, complaint, complaint.code());
      case NOT_FOUND -> blaming(404, complaint, "model_not_found");
      case RATE_LIMITED ->
          new ClientError(
              429,
              "requests",
              "rate_limit_exceeded",
              null,
              "The provider's rate limit is reached.");
      case OUT_OF_QUOTA ->
          new ClientError(
              429,
              "insufficient_quota",
              "insufficient_quota",
              null,
              "The provider's quota is used up.");
      case OVERLOADED ->
          new ClientError(
              503,
              "service_unavailable_error",
              "server_is_overloaded",
              null,
              "The provider is overloaded.");
      case TIMEOUT ->
          ClientError.serverError(504, "upstream_timeout", "The provider did not answer in time.");
      case UNAUTHORISED ->
          ClientError.serverError(
              502, "upstream_unauthorised", "The provider does not accept this service's key.");
      case UPSTREAM_FAILURE, CUT_STREAM, CANCELLED, COMPLETED, INCOMPLETE ->
          ClientError.serverError(502, "upstream_failure", "The provider failed.");
    };
  }

  private static ClientError blaming(int status, Complaint complaint, String code) {
    return new ClientError(
        status,
        "invalid_request_error",
        // Some hosts put the status there; OpenAI's codes are words.
        code.isEmpty() || Character.isDigit(code.charAt(0)) ? null : code,
        complaint.param().isEmpty() ? null : complaint.param(),
        complaint.message().isEmpty() ? "The provider refused the request." : complaint.message());
  }
}
