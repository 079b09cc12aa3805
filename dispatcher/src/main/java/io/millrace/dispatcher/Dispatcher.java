package io.millrace.dispatcher;

import io.millrace.dispatcher.AttemptAlarms.Kind;
import io.millrace.dispatcher.DispatcherEvent.BatchCancelAsked;
import io.millrace.dispatcher.DispatcherEvent.CallbackAnswered;
import io.millrace.dispatcher.DispatcherEvent.CancelAsked;
import io.millrace.dispatcher.DispatcherEvent.Heartbeat;
import io.millrace.dispatcher.DispatcherEvent.Lost;
import io.millrace.dispatcher.DispatcherEvent.Overdue;
import io.millrace.dispatcher.DispatcherEvent.Refused;
import io.millrace.dispatcher.DispatcherEvent.Replied;
import io.millrace.dispatcher.DispatcherEvent.Started;
import io.millrace.dispatcher.DispatcherEvent.Submitted;
import io.millrace.dispatcher.DispatcherEvent.Tick;
import io.millrace.dispatcher.OutstandingAttempt.Start;
import io.millrace.dispatcher.TrackedRequest.Ending;
import io.millrace.dispatcher.TrackedRequest.Failure;
import io.millrace.dispatcher.TrackedRequest.Phase;
import io.millrace.schemas.AttemptIds;
import io.millrace.schemas.AttemptOverdue;
import io.millrace.schemas.AttemptRefused;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.AttemptStarted;
import io.millrace.schemas.CancelAttempt;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.OnDoubt;
import io.millrace.schemas.RefusalReason;
import io.millrace.schemas.RequestStateChanged;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.WorkerLost;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides what becomes of the requests of one partition's accounts.
 *
 * <pre>
 *            Submitted
 *                │
 *   ┌─────── WAITING ◄──────────────┐ retry, refusal, doubt
 *   │ cancel,    │ window open,     │
 *   │ deadline   │ budget holds     │
 *   │            ▼                  │
 *   │       OUTSTANDING ────────────┘
 *   │            │ answer, last failure, end ordered
 *   ▼            ▼
 *  one RequestResult: completed | incomplete | failed | cancelled | expired
 * </pre>
 *
 * <p>Invariants: a request has at most one result; an attempt is charged at most once; a call that
 * may be running is repeated only after its worker was found dead on the log; what is held, in
 * doubt and spent never exceeds a hard limit. A request that waits in a line expires up to half a
 * second after its deadline, and no attempt is written after it.
 */
public final class Dispatcher {

  /** A worker ordered to abort has so long to answer before the request ends without it. */
  private static final Duration ABORT_GRACE = Duration.ofSeconds(10);

  private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);
  private static final Duration FORGET_FINISHED_AFTER = Duration.ofDays(30);
  private static final int TIMERS_PER_TICK = 500;
  private static final int EXPIRED_PER_TICK = 500;
  private static final int SWEPT_PER_TICK = 500;
  private static final int FORGET_PER_TICK = 100;
  private static final int DOUBTS_MAX = 10;

  private final DispatcherState state;
  private final Policies policies;
  private final Sending sending;
  private final Attempts attempts;
  private final Ledger ledger;
  private final Callbacks callbacks;
  private final Requests requests;
  private final BatchCancels cancels;
  private Instant nextWatch = Instant.EPOCH;
  private Instant nextExpiry = Instant.EPOCH;

  public Dispatcher(Policies policies, DispatcherState state) {
    this.policies = policies;
    this.state = state;
    this.sending = new Sending(state, policies.limits().windowMax(), policies::slotsOf);
    this.attempts = new Attempts(state, sending);
    this.ledger = new Ledger(state);
    this.callbacks = new Callbacks(state);
    this.requests = new Requests(state, policies, sending, attempts, ledger, callbacks);
    this.cancels = requests.cancels();
  }

  /** Takes up what stands in the state. Call once, before the first event. */
  public void recover(Instant now) {
    sending.restore();
    cancels.restore();
    attempts.recover(now);
    for (var attempt : attempts.open()) {
      state
          .request(attempt.requestId())
          .filter(tracked -> isCurrent(tracked, attempt) && tracked.ending().isPresent())
          .ifPresent(tracked -> giveUpSoon(attempt.attemptId(), now));
    }
  }

  /** What was ordered to abort has so long to say what it used. */
  private void giveUpSoon(String attemptId, Instant now) {
    attempts.setAlarm(now.plus(ABORT_GRACE), Kind.ABANDON, attemptId);
  }

  /** What the event leads to, in order. The state has changed accordingly. */
  public List<Decision> on(DispatcherEvent event, Instant now) {
    var out = new ArrayList<Decision>();
    switch (event) {
      case Submitted e -> onSubmitted(e.request(), now, out);
      case CancelAsked e -> onCancelAsked(e.cancel(), now, out);
      case BatchCancelAsked e -> cancels.onCancel(e.cancel());
      case Started e -> onStarted(e.start(), now, out);
      case Refused e -> onRefused(e.refusal(), now, out);
      case Replied e -> onReplied(e.reply(), now, out);
      case CallbackAnswered e ->
          callbacks.onReply(e.reply(), policies.callbacks().attemptsMax(), now);
      case Heartbeat e -> attempts.heard(e.heartbeat(), now);
      case Lost e -> onLost(e.worker(), now, out);
      case Overdue e -> onOverdue(e.attempt(), now, out);
      case Tick e -> onTick(now, out);
    }
    return out;
  }

  // ---- a request comes, waits, is sent

  private void onSubmitted(RequestSubmitted request, Instant now, List<Decision> out) {
    var id = request.getRequestId();
    var deadline =
        request
            .getDeadline()
            .orElse(request.getSubmittedAt().plus(policies.limits().deadlineDefault()));
    var tracked = TrackedRequest.of(request, deadline);
    if (state.request(id).isPresent() || (tracked.hasDerivedId() && state.isFinished(id))) {
      return;
    }
    var refusal = refusal(request, now);
    if (cancels.isCancelled(request)) {
      requests.end(tracked, Ending.CANCELLED, now, out);
    } else if (refusal.isPresent()) {
      requests.finish(tracked, Outcome.failed(refusal.get()), now, out);
    } else if (tracked.isLate(now)) {
      requests.end(tracked, Ending.EXPIRED, now, out);
    } else if (tracked.wakeAt().filter(at -> at.isAfter(now)).isPresent()) {
      requests.sleep(tracked, now, out);
    } else {
      requests.lineUp(tracked, now, out);
    }
  }

  /** Why nothing configured can serve the request, whenever it were sent. */
  private Optional<Failure> refusal(RequestSubmitted request, Instant now) {
    var route = policies.route(request.getModel());
    if (route.isEmpty()) {
      return Optional.of(ErrorBody.NO_ROUTE.failure());
    }
    var candidates = policies.candidates(route.get(), request, now);
    return candidates.count() == 0 ? Optional.of(candidates.failure()) : Optional.empty();
  }

  // ---- an attempt is started, refused, answered

  private void onStarted(AttemptStarted started, Instant now, List<Decision> out) {
    var attempt = attempts.find(started.getAttemptId()).filter(a -> !a.isInDoubt());
    if (attempt.isEmpty()) {
      return;
    }
    var start = new Start(started.getStartedAt(), started.getWorker(), started.getIncarnation());
    var line = attempts.started(attempt.get(), start, started.getWaitedMs(), now);
    requests.pump(line, now, out);
  }

  private void onRefused(AttemptRefused refused, Instant now, List<Decision> out) {
    attempts
        .find(refused.getAttemptId())
        .filter(a -> !a.isInDoubt())
        .filter(
            a -> a.start().isEmpty() || a.startedBy(refused.getWorker(), refused.getIncarnation()))
        .ifPresent(
            attempt -> {
              if (refused.getReason() == RefusalReason.FENCED) {
                attempts.writtenAgain(attempt);
              } else {
                withdraw(attempt, now, out);
              }
            });
  }

  private void onOverdue(AttemptOverdue overdue, Instant now, List<Decision> out) {
    attempts
        .find(overdue.getAttemptId())
        .filter(attempt -> attempt.start().isEmpty())
        .ifPresent(attempt -> withdraw(attempt, now, out));
  }

  /** The attempt was certainly not called: as if it had not been written. */
  private void withdraw(OutstandingAttempt attempt, Instant now, List<Decision> out) {
    attempts.ended(attempt);
    ledger.release(attempt, now, out);
    var tracked = state.request(attempt.requestId());
    if (tracked.isPresent() && isCurrent(tracked.get(), attempt)) {
      var unspent =
          tracked
              .get()
              .withCounts(
                  Math.max(0, tracked.get().attemptsSpent() - 1),
                  tracked.get().snoozes(),
                  tracked.get().doubts(),
                  tracked.get().target());
      if (unspent.ending().isPresent()) {
        requests.end(unspent, unspent.ending().get(), now, out);
      } else {
        requests.lineUp(unspent, now, out);
      }
    }
    requests.pumpAll(now, out);
  }

  private void onReplied(AttemptReplied reply, Instant now, List<Decision> out) {
    var known = attempts.find(reply.getAttemptId());
    // Settled before: a worker may publish the same reply twice when its first acknowledgement was
    // lost.
    if (known.isEmpty()) {
      return;
    }
    var attempt = known.get();
    attempts.ended(attempt);
    // The price of the day on which the worst case was held, or a price change would break the
    // hold.
    var price = policies.price(attempt.provider(), attempt.upstreamModel(), attempt.writtenAt());
    var charge = ledger.settle(attempt, reply.getUsage(), price, reply.getRepliedAt(), out);
    var open = state.request(attempt.requestId());
    if (open.isPresent()) {
      var tracked = open.get().charged(charge);
      if (isAnswer(reply.getVerdict())) {
        abortOther(tracked, attempt, now, out);
        requests.finish(
            tracked,
            new Outcome.Answered(reply, attempt.upstreamModel(), attempt.start()),
            now,
            out);
      } else if (isCurrent(tracked, attempt)) {
        onFailure(tracked, attempt, reply, now, out);
      } else {
        state.put(tracked);
      }
    }
    requests.pumpAll(now, out);
  }

  private static boolean isAnswer(Verdict verdict) {
    return verdict == Verdict.COMPLETED || verdict == Verdict.INCOMPLETE;
  }

  /** The call failed: try again, elsewhere or later, or give up. */
  private void onFailure(
      TrackedRequest tracked,
      OutstandingAttempt attempt,
      AttemptReplied reply,
      Instant now,
      List<Decision> out) {
    var failure =
        new Failure(
            reply.getHttpStatus(),
            reply.getErrorCode().orElse("upstream_failure"),
            attempt.provider(),
            attempt.upstreamModel(),
            reply.getBody());
    var failed = tracked.failedWith(failure);
    if (tracked.ending().isPresent()) {
      requests.end(failed, tracked.ending().get(), now, out);
      return;
    }
    if (cancels.isCancelled(tracked.request())) {
      requests.end(failed, Ending.CANCELLED, now, out);
      return;
    }
    var route = policies.route(tracked.request().getModel());
    var next =
        route.flatMap(
            r -> {
              var candidates = policies.candidates(r, tracked.request(), now);
              return FailurePolicy.next(r, candidates, failed, reply);
            });
    boolean isInTime =
        next.filter(retry -> now.plus(retry.delay()).isBefore(tracked.deadline())).isPresent();
    if (!isInTime) {
      // A call is aborted at the request's deadline, and says that it took too long.
      boolean isForTime = next.isPresent() || reply.getVerdict() == Verdict.TIMEOUT;
      var outcome =
          isForTime && failed.isLate(now)
              ? Outcome.ended(failed, Ending.EXPIRED)
              : Outcome.failed(failure);
      requests.finish(failed, outcome, now, out);
      return;
    }
    var retry = next.get();
    var counted =
        failed.withCounts(retry.attemptsSpent(), retry.snoozes(), failed.doubts(), retry.target());
    if (retry.delay().isZero()) {
      requests.lineUp(counted.waitingUntil(Optional.empty()), now, out);
      return;
    }
    var wakeAt = now.plus(retry.delay());
    requests.sleep(counted.waitingUntil(Optional.of(wakeAt)), now, out);
    out.add(
        new Decision.ShowState(
            stateChange(tracked, RequestStatus.QUEUED, now)
                .setProvider(attempt.provider())
                .setRetryAt(wakeAt)
                .setDetail(failure.code())
                .build()));
  }

  /** A late answer came while a repeat is on its way or running. */
  private void abortOther(
      TrackedRequest tracked, OutstandingAttempt answered, Instant now, List<Decision> out) {
    if (tracked.phase() == Phase.OUTSTANDING && !isCurrent(tracked, answered)) {
      orderAbort(tracked, "superseded", now, out);
    }
  }

  // ---- a request is cancelled, a worker dies, time passes

  private void onCancelAsked(CancelRequest cancel, Instant now, List<Decision> out) {
    var tracked = state.request(cancel.getRequestId());
    if (tracked.isEmpty() || !tracked.get().request().getAccount().equals(cancel.getAccount())) {
      return;
    }
    end(tracked.get(), Ending.CANCELLED, now, out);
  }

  /** Ends waiting work at once; a written attempt is ordered to abort and its reply waited for. */
  private void end(TrackedRequest tracked, Ending why, Instant now, List<Decision> out) {
    switch (tracked.phase()) {
      case WAITING -> requests.end(tracked, why, now, out);
      case OUTSTANDING -> {
        if (tracked.ending().isEmpty()) {
          state.put(tracked.ending(why));
          orderAbort(tracked, why == Ending.CANCELLED ? "cancelled" : "expired", now, out);
          giveUpSoon(AttemptIds.of(tracked.id(), tracked.number()), now);
        }
      }
    }
  }

  private static void orderAbort(
      TrackedRequest tracked, String reason, Instant now, List<Decision> out) {
    out.add(
        new Decision.OrderAbort(
            new CancelAttempt(
                AttemptIds.of(tracked.id(), tracked.number()),
                tracked.id(),
                tracked.request().getAccount(),
                now,
                reason)));
  }

  private void onLost(WorkerLost lost, Instant now, List<Decision> out) {
    attempts.openOf(lost).forEach(attempt -> doubt(attempt, now, out));
    requests.pumpAll(now, out);
  }

  private void doubt(OutstandingAttempt attempt, Instant now, List<Decision> out) {
    var doubtful = attempts.doubted(attempt, now.plus(policies.limits().doubtRetention()));
    var open = state.request(attempt.requestId());
    ledger.doubt(doubtful, worstCaseOf(doubtful, open, now), now, out);
    if (open.isEmpty() || !isCurrent(open.get(), attempt)) {
      return;
    }
    var tracked = open.get();
    var doubted =
        tracked.withCounts(
            Math.max(0, tracked.attemptsSpent() - 1),
            tracked.snoozes(),
            tracked.doubts() + 1,
            tracked.target());
    if (tracked.ending().isPresent()) {
      requests.end(doubted, tracked.ending().get(), now, out);
    } else if (tracked.request().getOnDoubt() == OnDoubt.FAIL || doubted.doubts() > DOUBTS_MAX) {
      requests.finish(doubted, Outcome.failed(ErrorBody.IN_DOUBT.failure()), now, out);
    } else {
      requests.lineUp(doubted.waitingUntil(Optional.empty()), now, out);
    }
  }

  private BigDecimal worstCaseOf(
      OutstandingAttempt attempt, Optional<TrackedRequest> tracked, Instant now) {
    if (attempt.budgetPeriod().isPresent()) {
      return attempt.holdUsd();
    }
    return tracked
        .flatMap(
            t ->
                policies
                    .route(t.request().getModel())
                    .map(
                        route ->
                            policies.worstCaseUsd(
                                route,
                                t.request().getInputTokensMax(),
                                t.request().getOutputTokensMax(),
                                t.request().getChoices(),
                                now)))
        .orElse(Money.ZERO);
  }

  private void onTick(Instant now, List<Decision> out) {
    for (var alarm : attempts.alarmsDue(now)) {
      onAlarm(alarm, now, out);
    }
    for (var timer : state.due(now, TIMERS_PER_TICK)) {
      state.unschedule(timer);
      onTimer(timer, now, out);
    }
    if (!now.isBefore(nextWatch)) {
      nextWatch = now.plus(WATCH_INTERVAL);
      attempts.deadWorkers(policies.limits().heartbeatTimeout(), now).stream()
          .map(Decision.DeclareLost::new)
          .forEach(out::add);
      state.forgetFinished(now.minus(FORGET_FINISHED_AFTER), FORGET_PER_TICK);
    }
    cancels.sweep(SWEPT_PER_TICK, now, out);
    if (!now.isBefore(nextExpiry)) {
      boolean isAll = requests.expireLines(EXPIRED_PER_TICK, now, out);
      nextExpiry = isAll ? now.plus(WATCH_INTERVAL) : now;
    }
    requests.pumpAll(now, out);
  }

  private void onAlarm(AttemptAlarms.Alarm alarm, Instant now, List<Decision> out) {
    attempts
        .find(alarm.attemptId())
        .filter(attempt -> !attempt.isInDoubt())
        .ifPresent(attempt -> onAlarm(alarm.kind(), attempt, now, out));
  }

  private void onAlarm(Kind kind, OutstandingAttempt attempt, Instant now, List<Decision> out) {
    var tracked = state.request(attempt.requestId()).filter(t -> isCurrent(t, attempt));
    switch (kind) {
      case START -> {
        // A start may be on the log and not read yet; the note comes behind it.
        if (attempt.start().isEmpty()) {
          out.add(
              new Decision.DeclareOverdue(
                  new AttemptOverdue(
                      attempt.attemptId(), attempt.requestId(), attempt.payer().account(), now)));
        }
      }
      case SHOW -> {
        // Set only now, because nearly every call ends before.
        attempts.setAlarm(attempt.deadline(), Kind.DEADLINE, attempt.attemptId());
        tracked.ifPresent(
            t ->
                out.add(
                    new Decision.ShowState(
                        stateChange(t, RequestStatus.IN_PROGRESS, now)
                            .setProvider(attempt.provider())
                            .build())));
      }
      case DEADLINE -> tracked.ifPresent(t -> end(t, Ending.EXPIRED, now, out));
      case ABANDON ->
          tracked.ifPresent(t -> requests.end(t, t.ending().orElse(Ending.EXPIRED), now, out));
    }
  }

  private void onTimer(Timer timer, Instant now, List<Decision> out) {
    switch (timer.kind()) {
      case WAKE, DEADLINE ->
          state
              .request(timer.subject())
              .filter(t -> t.phase() == Phase.WAITING)
              .ifPresent(t -> requests.wake(t, now, out));
      case CALLBACK -> state.callback(timer.subject()).ifPresent(c -> callbacks.send(c, now, out));
      case FORGET ->
          attempts
              .find(timer.subject())
              .filter(OutstandingAttempt::isInDoubt)
              .ifPresent(attempts::ended);
      case FORGET_BATCH -> cancels.forget(timer.subject());
    }
  }

  private static boolean isCurrent(TrackedRequest tracked, OutstandingAttempt attempt) {
    return tracked.phase() == Phase.OUTSTANDING && tracked.number() == attempt.number();
  }

  private static RequestStateChanged.Builder stateChange(
      TrackedRequest tracked, RequestStatus status, Instant now) {
    return RequestStateChanged.newBuilder()
        .setRequestId(tracked.id())
        .setAccount(tracked.request().getAccount())
        .setStatus(status)
        .setAttempt(tracked.number())
        .setChangedAt(now);
  }
}
