package io.millrace.dispatcher;

import io.millrace.schemas.RequestSubmitted;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

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
        deadline,
        Optional.empty(),
        Money.ZERO,
        Optional.empty());
  }

  String id() {
    return request.getRequestId();
  }

  /** True when its time is over. */
  boolean isLate(Instant now) {
    return !deadline.isAfter(now);
  }

  /** True for ids that a client can make again, whose end must be remembered. */
  boolean hasDerivedId() {
    return request.getIdempotencyKey().isPresent() || request.getBatchId().isPresent();
  }

  TrackedRequest outstanding() {
    return changed(
        c -> {
          c.phase = Phase.OUTSTANDING;
          c.number++;
          c.attemptsSpent++;
          c.wakeAt = Optional.empty();
        });
  }

  TrackedRequest waitingUntil(Optional<Instant> time) {
    return changed(
        c -> {
          c.phase = Phase.WAITING;
          c.wakeAt = time;
        });
  }

  TrackedRequest withCounts(int attemptsSpent, int snoozes, int doubts, int target) {
    return changed(
        c -> {
          c.attemptsSpent = attemptsSpent;
          c.snoozes = snoozes;
          c.doubts = doubts;
          c.target = target;
        });
  }

  /** The same, with its next attempt at this target. */
  TrackedRequest toward(int target) {
    return changed(c -> c.target = target);
  }

  TrackedRequest ending(Ending why) {
    return changed(c -> c.ending = Optional.of(why));
  }

  TrackedRequest charged(BigDecimal chargeUsd) {
    return changed(c -> c.costUsd = c.costUsd.add(chargeUsd));
  }

  TrackedRequest failedWith(Failure how) {
    return changed(c -> c.failure = Optional.of(how));
  }

  private TrackedRequest changed(Consumer<Change> change) {
    var copy = new Change(this);
    change.accept(copy);
    return new TrackedRequest(
        request,
        copy.phase,
        copy.number,
        copy.attemptsSpent,
        copy.snoozes,
        copy.doubts,
        copy.target,
        copy.wakeAt,
        deadline,
        copy.ending,
        copy.costUsd,
        copy.failure);
  }

  /** What can change of a request, while it is being changed. */
  private static final class Change {
    Phase phase;
    int number;
    int attemptsSpent;
    int snoozes;
    int doubts;
    int target;
    Optional<Instant> wakeAt;
    Optional<Ending> ending;
    BigDecimal costUsd;
    Optional<Failure> failure;

    Change(TrackedRequest from) {
      phase = from.phase;
      number = from.number;
      attemptsSpent = from.attemptsSpent;
      snoozes = from.snoozes;
      doubts = from.doubts;
      target = from.target;
      wakeAt = from.wakeAt;
      ending = from.ending;
      costUsd = from.costUsd;
      failure = from.failure;
    }
  }
}
