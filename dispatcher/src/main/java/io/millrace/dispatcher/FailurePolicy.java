package io.millrace.dispatcher;

import io.millrace.schemas.AttemptIds;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.config.RouteConfig;
import java.time.Duration;
import java.util.Optional;

/** Which failures are followed by another attempt, where, and after what pause. */
final class FailurePolicy {

  /** A provider that keeps asking to wait is not asked forever. */
  private static final int SNOOZES_MAX = 10_000;

  private FailurePolicy() {}

  /**
   * The next attempt.
   *
   * @param target index of its target
   * @param attemptsSpent attempts that count, after this failure
   * @param snoozes pauses in a row that the provider's limit asked for
   */
  record Retry(int target, Duration delay, int attemptsSpent, int snoozes) {}

  /** Empty when the request has failed for good. */
  static Optional<Retry> next(
      RouteConfig route, Candidates candidates, TrackedRequest tracked, AttemptReplied reply) {
    // The client has seen part of this answer; another one would not continue it.
    if (reply.getDeltas() > 0) {
      return Optional.empty();
    }
    int spent = tracked.attemptsSpent();
    boolean hasAttemptsLeft = spent < route.retry().attemptsMax();
    return switch (reply.getVerdict()) {
      case COMPLETED, INCOMPLETE, INVALID, CONTENT_FILTERED -> Optional.empty();
      case CONTEXT_TOO_LONG ->
          candidates
              .largerThan(tracked.target())
              .filter(target -> hasAttemptsLeft)
              .map(target -> new Retry(target, Duration.ZERO, spent, 0));
      case RATE_LIMITED -> snooze(route, tracked, reply);
      case UNAUTHORISED, NOT_FOUND, OUT_OF_QUOTA ->
          hasAttemptsLeft && spent < candidates.count()
              ? Optional.of(new Retry(tracked.target() + 1, Duration.ZERO, spent, 0))
              : Optional.empty();
      case OVERLOADED, UPSTREAM_FAILURE, TIMEOUT, CUT_STREAM, CANCELLED ->
          hasAttemptsLeft
              ? Optional.of(new Retry(tracked.target() + 1, delay(route, spent, reply), spent, 0))
              : Optional.empty();
    };
  }

  /** The provider's limit is not the request's failure: it waits and no attempt is spent. */
  private static Optional<Retry> snooze(
      RouteConfig route, TrackedRequest tracked, AttemptReplied reply) {
    int snoozes = tracked.snoozes() + 1;
    return snoozes > SNOOZES_MAX
        ? Optional.empty()
        : Optional.of(
            new Retry(
                tracked.target(),
                delay(route, snoozes, reply),
                Math.max(0, tracked.attemptsSpent() - 1),
                snoozes));
  }

  private static Duration delay(RouteConfig route, int failures, AttemptReplied reply) {
    return RetrySchedule.delay(
        route.retry(),
        failures,
        AttemptIds.of(reply.getRequestId(), reply.getNumber()),
        reply.getRetryAfterMs().map(Duration::ofMillis));
  }
}
