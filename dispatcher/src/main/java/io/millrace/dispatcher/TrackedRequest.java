package io.millrace.dispatcher;

import io.millrace.schemas.RequestSubmitted;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * An open request.
 *
 * @param phase where it stands
 * @param number number of the last attempt, 0 before the first
 * @param attemptsSpent attempts that count against the limit of the route
 * @param snoozes pauses in a row that a provider's rate limit asked for
 * @param doubts attempts that ended in doubt
 * @param target index of the next target among those of the route
 * @param wakeAt no attempt before
 * @param hasDeadlineTimer true when a timer for the deadline is set
 * @param deadline when it expires
 * @param ending why the running attempt was ordered to stop
 * @param costUsd settled so far
 * @param failure how the last attempt failed
 */
public record TrackedRequest(
    RequestSubmitted request,
    Phase phase,
    int number,
    int attemptsSpent,
    int snoozes,
    int doubts,
    int target,
    Optional<Instant> wakeAt,
    boolean hasDeadlineTimer,
    Instant deadline,
    Optional<Ending> ending,
    BigDecimal costUsd,
    Optional<Failure> failure) {

  /** WAITING: in a queue or for a time. OUTSTANDING: an attempt is written. */
  public enum Phase {
    WAITING,
    OUTSTANDING
  }

  /** Why a request ends other than by an answer. */
  public enum Ending {
    CANCELLED,
    EXPIRED
  }

  /** How an attempt failed, in the client's terms. */
  public record Failure(
      int httpStatus, String code, String provider, String upstreamModel, ByteBuffer body) {}

  static TrackedRequest of(RequestSubmitted request, Instant deadline) {
    return new TrackedRequest(
        request,
        Phase.WAITING,
        0,
        0,
        0,
        0,
        0,
        request.getNotBefore(),
        false,
        deadline,
        Optional.empty(),
        Money.ZERO,
        Optional.empty());
  }

  String id() {
    return request.getRequestId();
  }

  /** True for ids that a client can make again, whose end must be remembered. */
  boolean hasDerivedId() {
    return request.getIdempotencyKey().isPresent() || request.getBatchId().isPresent();
  }

  TrackedRequest outstanding(boolean isSpent) {
    return new TrackedRequest(
        request,
        Phase.OUTSTANDING,
        number + 1,
        attemptsSpent + (isSpent ? 1 : 0),
        snoozes,
        doubts,
        target,
        Optional.empty(),
        hasDeadlineTimer,
        deadline,
        ending,
        costUsd,
        failure);
  }

  TrackedRequest waitingUntil(Optional<Instant> time) {
    return new TrackedRequest(
        request,
        Phase.WAITING,
        number,
        attemptsSpent,
        snoozes,
        doubts,
        target,
        time,
        hasDeadlineTimer,
        deadline,
        ending,
        costUsd,
        failure);
  }

  TrackedRequest withCounts(int attemptsSpent, int snoozes, int doubts, int target) {
    return new TrackedRequest(
        request,
        phase,
        number,
        attemptsSpent,
        snoozes,
        doubts,
        target,
        wakeAt,
        hasDeadlineTimer,
        deadline,
        ending,
        costUsd,
        failure);
  }

  TrackedRequest withDeadlineTimer() {
    return new TrackedRequest(
        request,
        phase,
        number,
        attemptsSpent,
        snoozes,
        doubts,
        target,
        wakeAt,
        true,
        deadline,
        ending,
        costUsd,
        failure);
  }

  TrackedRequest ending(Ending why) {
    return new TrackedRequest(
        request,
        phase,
        number,
        attemptsSpent,
        snoozes,
        doubts,
        target,
        wakeAt,
        hasDeadlineTimer,
        deadline,
        Optional.of(why),
        costUsd,
        failure);
  }

  TrackedRequest charged(BigDecimal chargeUsd) {
    return new TrackedRequest(
        request,
        phase,
        number,
        attemptsSpent,
        snoozes,
        doubts,
        target,
        wakeAt,
        hasDeadlineTimer,
        deadline,
        ending,
        costUsd.add(chargeUsd),
        failure);
  }

  TrackedRequest failedWith(Failure how) {
    return new TrackedRequest(
        request,
        phase,
        number,
        attemptsSpent,
        snoozes,
        doubts,
        target,
        wakeAt,
        hasDeadlineTimer,
        deadline,
        ending,
        costUsd,
        Optional.of(how));
  }
}
