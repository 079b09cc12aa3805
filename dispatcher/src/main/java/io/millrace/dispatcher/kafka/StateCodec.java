package io.millrace.dispatcher.kafka;

import io.millrace.dispatcher.BudgetSums;
import io.millrace.dispatcher.CancelledBatch;
import io.millrace.dispatcher.OutstandingAttempt;
import io.millrace.dispatcher.OutstandingAttempt.Payer;
import io.millrace.dispatcher.OutstandingAttempt.Start;
import io.millrace.dispatcher.PendingCallback;
import io.millrace.dispatcher.TrackedRequest;
import io.millrace.dispatcher.TrackedRequest.Ending;
import io.millrace.dispatcher.TrackedRequest.Failure;
import io.millrace.dispatcher.TrackedRequest.Phase;
import io.millrace.schemas.state.AttemptState;
import io.millrace.schemas.state.BudgetBook;
import io.millrace.schemas.state.CallbackState;
import io.millrace.schemas.state.CancelledBatchState;
import io.millrace.schemas.state.FailureState;
import io.millrace.schemas.state.PeriodSums;
import io.millrace.schemas.state.RequestPhase;
import io.millrace.schemas.state.RequestState;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The core's values as the records of the changelogs, and back. */
final class StateCodec {

  private StateCodec() {}

  static RequestState encode(TrackedRequest tracked) {
    return new RequestState(
        tracked.request(),
        switch (tracked.phase()) {
          case WAITING -> RequestPhase.WAITING;
          case OUTSTANDING -> RequestPhase.OUTSTANDING;
        },
        tracked.number(),
        tracked.attemptsSpent(),
        tracked.snoozes(),
        tracked.doubts(),
        tracked.target(),
        orNull(tracked.wakeAt()),
        tracked.deadline(),
        orNull(tracked.ending().map(e -> e.name().toLowerCase(Locale.ROOT))),
        tracked.costUsd(),
        orNull(tracked.failure().map(StateCodec::encode)));
  }

  static TrackedRequest decode(RequestState state) {
    return new TrackedRequest(
        state.getRequest(),
        switch (state.getPhase()) {
          case WAITING -> Phase.WAITING;
          case OUTSTANDING -> Phase.OUTSTANDING;
        },
        state.getNumber(),
        state.getAttemptsSpent(),
        state.getSnoozes(),
        state.getDoubts(),
        state.getTarget(),
        state.getWakeAt(),
        state.getDeadline(),
        state.getEnding().map(e -> Ending.valueOf(e.toUpperCase(Locale.ROOT))),
        state.getCostUsd(),
        state
            .getFailure()
            .map(
                f ->
                    new Failure(
                        f.getHttpStatus(),
                        f.getCode(),
                        f.getProvider(),
                        f.getUpstreamModel(),
                        f.getBody())));
  }

  static AttemptState encode(OutstandingAttempt attempt) {
    var payer = attempt.payer();
    return new AttemptState(
        attempt.attemptId(),
        attempt.requestId(),
        payer.account(),
        attempt.number(),
        attempt.provider(),
        attempt.upstreamModel(),
        payer.model(),
        payer.lane(),
        attempt.slot(),
        attempt.writtenAt(),
        attempt.startBy(),
        attempt.deadline(),
        orNull(attempt.start().map(Start::at)),
        orNull(attempt.start().map(Start::worker)),
        orNull(attempt.start().map(Start::incarnation)),
        attempt.isInDoubt(),
        attempt.holdUsd(),
        orNull(attempt.budgetPeriod()),
        payer.keyName(),
        orNull(payer.user()),
        orNull(payer.batchId()),
        payer.tags());
  }

  static OutstandingAttempt decode(AttemptState state) {
    return new OutstandingAttempt(
        state.getAttemptId(),
        state.getRequestId(),
        state.getNumber(),
        new Payer(
            state.getAccount(),
            state.getKeyName(),
            state.getModel(),
            state.getLane(),
            state.getUser(),
            state.getBatchId(),
            state.getTags()),
        state.getProvider(),
        state.getUpstreamModel(),
        state.getSlot(),
        state.getWrittenAt(),
        state.getStartBy(),
        state.getDeadline(),
        state
            .getStartedAt()
            .map(
                at ->
                    new Start(
                        at, state.getWorker().orElseThrow(), state.getIncarnation().orElseThrow())),
        state.getInDoubt(),
        state.getHoldUsd(),
        state.getBudgetPeriod());
  }

  static BudgetBook encode(String account, BudgetSums sums) {
    Map<String, PeriodSums> periods = new HashMap<>();
    sums.periods()
        .forEach(
            (period, s) ->
                periods.put(period, new PeriodSums(s.heldUsd(), s.inDoubtUsd(), s.settledUsd())));
    return new BudgetBook(account, periods);
  }

  static BudgetSums decode(BudgetBook book) {
    Map<String, BudgetSums.Sums> periods = new HashMap<>();
    book.getPeriods()
        .forEach(
            (period, s) ->
                periods.put(
                    period,
                    new BudgetSums.Sums(s.getHeldUsd(), s.getInDoubtUsd(), s.getSettledUsd())));
    return new BudgetSums(periods);
  }

  static CallbackState encode(PendingCallback callback) {
    return new CallbackState(
        callback.callbackId(),
        callback.requestId(),
        callback.account(),
        callback.url(),
        callback.eventType(),
        callback.number(),
        callback.payload());
  }

  static PendingCallback decode(CallbackState state) {
    return new PendingCallback(
        state.getCallbackId(),
        state.getRequestId(),
        state.getAccount(),
        state.getUrl(),
        state.getEventType(),
        state.getNumber(),
        state.getPayload());
  }

  static CancelledBatchState encode(CancelledBatch batch) {
    return new CancelledBatchState(
        batch.batchId(), batch.account(), batch.expiresAt(), batch.isSwept());
  }

  static CancelledBatch decode(CancelledBatchState state) {
    return new CancelledBatch(
        state.getBatchId(), state.getAccount(), state.getExpiresAt(), state.getSwept());
  }

  private static FailureState encode(Failure failure) {
    return new FailureState(
        failure.httpStatus(),
        failure.code(),
        failure.provider(),
        failure.upstreamModel(),
        failure.body());
  }

  /** Avro's constructors take null for an absent value. */
  private static <T> @Nullable T orNull(Optional<T> value) {
    return value.orElse(null);
  }
}
