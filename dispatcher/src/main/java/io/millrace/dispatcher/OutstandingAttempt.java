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
        Optional.of(by),
        false,
        holdUsd,
        budgetPeriod);
  }

  OutstandingAttempt writtenAgain() {
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
        Optional.empty(),
        false,
        holdUsd,
        budgetPeriod);
  }

  OutstandingAttempt inDoubt() {
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
        true,
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
