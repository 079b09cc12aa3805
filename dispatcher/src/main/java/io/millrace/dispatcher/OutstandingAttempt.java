package io.millrace.dispatcher;

import io.millrace.schemas.Lane;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An attempt whose reply is not known. Holds all that charging a late reply needs, because its
 * request may have ended before.
 *
 * @param start who took it and when; empty while it is only written
 * @param isInDoubt true when the worker that took it died
 * @param holdUsd amount set aside for it; 0 where no budget applies
 * @param budgetPeriod period the hold counts in
 */
public record OutstandingAttempt(
    String attemptId,
    String requestId,
    int number,
    Payer payer,
    String provider,
    String upstreamModel,
    int slot,
    Instant writtenAt,
    Instant startBy,
    Instant deadline,
    Optional<Start> start,
    boolean isInDoubt,
    BigDecimal holdUsd,
    Optional<String> budgetPeriod) {

  /** Who is charged, and under which labels. */
  public record Payer(
      String account,
      String keyName,
      String model,
      Lane lane,
      Optional<String> user,
      Optional<String> batchId,
      Map<String, String> tags) {}

  /** Who took an attempt. */
  public record Start(Instant at, String worker, String incarnation) {}

  OutstandingAttempt started(Start by) {
    return with(Optional.of(by), false);
  }

  OutstandingAttempt writtenAgain() {
    return with(Optional.empty(), false);
  }

  OutstandingAttempt inDoubt() {
    return with(start, true);
  }

  private OutstandingAttempt with(Optional<Start> start, boolean isInDoubt) {
    return new OutstandingAttempt(
        attemptId,
        requestId,
        number,
        payer,
        provider,
        upstreamModel,
        slot,
        writtenAt,
        startBy,
        deadline,
        start,
        isInDoubt,
        holdUsd,
        budgetPeriod);
  }

  Lane lane() {
    return payer.lane();
  }

  boolean startedBy(String worker, String incarnation) {
    return start
        .filter(s -> s.worker().equals(worker) && s.incarnation().equals(incarnation))
        .isPresent();
  }
}
