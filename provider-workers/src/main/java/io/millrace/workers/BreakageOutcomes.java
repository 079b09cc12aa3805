package io.millrace.workers;

import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import org.jspecify.annotations.Nullable;

/** What a call that broke off means for the client; the same for every provider. */
public final class BreakageOutcomes {

  private BreakageOutcomes() {}

  /**
   * @param isPartShown true when deltas were published, so that a repeat would show them twice
   * @param used what the provider is known or thought to charge for
   */
  public static Outcome.Failure of(Breakage breakage, boolean isPartShown, @Nullable Usage used) {
    var failure =
        switch (breakage) {
          case CANCELLED ->
              Outcome.Failure.of(
                  Verdict.CANCELLED,
                  new ClientError(
                      499,
                      "invalid_request_error",
                      "request_cancelled",
                      null,
                      "The request was cancelled."));
          case TIMED_OUT ->
              Outcome.Failure.of(
                  isPartShown ? Verdict.CUT_STREAM : Verdict.TIMEOUT,
                  ClientError.serverError(
                      504, "upstream_timeout", "The provider did not answer in time."));
          case NOT_CONNECTED ->
              Outcome.Failure.of(
                  Verdict.UPSTREAM_FAILURE,
                  ClientError.serverError(
                      502, "upstream_unreachable", "The provider could not be reached."));
          case CONNECTION_LOST ->
              Outcome.Failure.of(
                  isPartShown ? Verdict.CUT_STREAM : Verdict.UPSTREAM_FAILURE,
                  ClientError.serverError(
                      502, "upstream_connection_lost", "The provider's answer broke off."));
          case TOO_LARGE ->
              Outcome.Failure.of(
                  isPartShown ? Verdict.CUT_STREAM : Verdict.UPSTREAM_FAILURE,
                  ClientError.serverError(
                      502, "upstream_answer_too_large", "The provider's answer is too large."));
        };
    return failure.withUsage(used);
  }
}
