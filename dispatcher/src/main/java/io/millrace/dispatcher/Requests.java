package io.millrace.dispatcher;

import io.millrace.dispatcher.OutstandingAttempt.Payer;
import io.millrace.dispatcher.Sending.Line;
import io.millrace.dispatcher.TrackedRequest.Ending;
import io.millrace.dispatcher.TrackedRequest.Phase;
import io.millrace.schemas.AttemptIds;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.config.RouteConfig;
import io.millrace.schemas.config.TargetConfig;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The requests that wait: put in line, held back, sent when a window and the account's budget
 * allow, and ended.
 */
final class Requests {

  private final DispatcherState state;
  private final Policies policies;
  private final Sending sending;
  private final Attempts attempts;
  private final Ledger ledger;
  private final Callbacks callbacks;
  private final BatchCancels cancels;

  Requests(
      DispatcherState state,
      Policies policies,
      Sending sending,
      Attempts attempts,
      Ledger ledger,
      Callbacks callbacks) {
    this.state = state;
    this.policies = policies;
    this.sending = sending;
    this.attempts = attempts;
    this.ledger = ledger;
    this.callbacks = callbacks;
    this.cancels = new BatchCancels(state, sending, this);
  }

  /** Sends the request if nothing stands before it, else puts it in line. */
  void lineUp(TrackedRequest tracked, Instant now, List<Decision> out) {
    if (cancels.isCancelled(tracked.request())) {
      end(tracked, Ending.CANCELLED, now, out);
      return;
    }
    var route = policies.route(tracked.request().getModel());
    if (route.isEmpty()) {
      finish(tracked, Outcome.failed(ErrorBody.NO_ROUTE.failure()), now, out);
      return;
    }
    var candidates = policies.candidates(route.get(), tracked.request(), now);
    candidates
        .from(tracked.target())
        .ifPresentOrElse(
            target -> lineUp(tracked.toward(target), route.get(), now, out),
            () -> finish(tracked, Outcome.failed(candidates.failure()), now, out));
  }

  private void lineUp(TrackedRequest tracked, RouteConfig route, Instant now, List<Decision> out) {
    var target = targetOf(tracked, route);
    var lane = tracked.request().getLane();
    if (sending.isClear(target.provider(), lane, tracked.request().getAccount())) {
      send(tracked, route, now, out);
    } else {
      enqueue(tracked, target);
    }
  }

  private void enqueue(TrackedRequest tracked, TargetConfig target) {
    var waiting = tracked.waitingUntil(Optional.empty());
    state.put(waiting);
    sending.enqueue(keyOf(waiting, target));
  }

  /** Waits for the request's time, or for its end if that comes before. */
  void sleep(TrackedRequest tracked, Instant now, List<Decision> out) {
    if (cancels.isCancelled(tracked.request())) {
      end(tracked, Ending.CANCELLED, now, out);
      return;
    }
    var wakeAt = tracked.wakeAt().orElse(now);
    var sleeping = tracked.waitingUntil(Optional.of(wakeAt));
    state.put(sleeping);
    state.schedule(wakeTimer(sleeping, wakeAt));
  }

  /** A sleeping request's timer has rung. */
  void wake(TrackedRequest sleeping, Instant now, List<Decision> out) {
    if (sleeping.isLate(now)) {
      expire(sleeping, now, out);
    } else if (sleeping.wakeAt().filter(at -> !at.isAfter(now)).isPresent()) {
      lineUp(sleeping.waitingUntil(Optional.empty()), now, out);
    }
  }

  /**
   * Ends up to {@code limit} requests whose time ran out in a line, the earliest first, whether the
   * line moves or not. None has a timer, because a line is in order of time already.
   *
   * @return false when there may be more
   */
  boolean expireLines(int limit, Instant now, List<Decision> out) {
    var late = sending.takeLate(now, limit);
    for (var key : late) {
      state
          .request(key.requestId())
          .filter(tracked -> tracked.phase() == Phase.WAITING)
          .ifPresent(tracked -> expire(tracked, now, out));
    }
    return late.size() < limit;
  }

  private void expire(TrackedRequest tracked, Instant now, List<Decision> out) {
    end(tracked, Ending.EXPIRED, now, out);
  }

  /** Ends the request without an answer. */
  void end(TrackedRequest tracked, Ending why, Instant now, List<Decision> out) {
    finish(tracked, Outcome.ended(tracked, why), now, out);
  }

  BatchCancels cancels() {
    return cancels;
  }

  /** The same for every line. */
  void pumpAll(Instant now, List<Decision> out) {
    for (var line : sending.lines()) {
      if (!line.queue().isEmpty()) {
        pump(line, now, out);
      }
    }
  }

  /** Writes as many attempts of the line as its window allows. */
  void pump(Line line, Instant now, List<Decision> out) {
    while (line.window().isOpen()) {
      var key = sending.poll(line);
      if (key.isEmpty()) {
        return;
      }
      var tracked = state.request(key.get().requestId());
      if (tracked.isEmpty() || tracked.get().phase() != Phase.WAITING) {
        continue;
      }
      var route = policies.route(tracked.get().request().getModel());
      if (route.isEmpty()) {
        finish(tracked.get(), Outcome.failed(ErrorBody.NO_ROUTE.failure()), now, out);
        continue;
      }
      var request = tracked.get().request();
      if (cancels.isCancelled(request)) {
        end(tracked.get(), Ending.CANCELLED, now, out);
        continue;
      }
      send(tracked.get(), route.get(), now, out);
      line.queue()
          .charge(
              request.getAccount(),
              request.getInputTokensEstimated() + request.getOutputTokensMax().orElse(0),
              policies.weight(request.getAccount()));
    }
  }

  /** Writes an attempt, unless it is too late, or the account must wait or cannot pay. */
  private void send(TrackedRequest tracked, RouteConfig route, Instant now, List<Decision> out) {
    if (tracked.isLate(now)) {
      expire(tracked, now, out);
      return;
    }
    var request = tracked.request();
    var account = request.getAccount();
    var target = targetOf(tracked, route);
    if (sending.inFlight(account) >= policies.inFlightMax(account)) {
      sending.holdBack(account);
      enqueue(tracked, target);
      return;
    }
    var hold = holdFor(tracked, route, now);
    switch (hold) {
      case Hold.Refused refused ->
          finish(tracked, Outcome.failed(ErrorBody.OVER_BUDGET.failure()), now, out);
      case Hold.Later later -> {
        sending.holdBack(account);
        enqueue(tracked, target);
      }
      case Hold.Taken taken -> write(tracked, target, taken, now, out);
    }
  }

  private void write(
      TrackedRequest tracked,
      TargetConfig target,
      Hold.Taken hold,
      Instant now,
      List<Decision> out) {
    var request = tracked.request();
    var sent = tracked.outstanding();
    var startBy = now.plus(policies.limits().startWithin());
    int slot = sending.slotFor(target.provider(), now);
    var attempt =
        new OutstandingAttempt(
            AttemptIds.of(sent.id(), sent.number()),
            sent.id(),
            sent.number(),
            payerOf(request),
            target.provider(),
            target.model(),
            slot,
            now,
            startBy,
            sent.deadline(),
            Optional.empty(),
            false,
            hold.amountUsd(),
            hold.period());
    state.put(sent);
    attempts.written(attempt);
    ledger.hold(attempt, now, out);
    out.add(
        new Decision.WriteAttempt(
            AttemptRequested.newBuilder()
                .setAttemptId(attempt.attemptId())
                .setRequestId(attempt.requestId())
                .setAccount(request.getAccount())
                .setNumber(attempt.number())
                .setProvider(target.provider())
                .setModel(target.model())
                .setEndpoint(request.getEndpoint())
                .setLane(request.getLane())
                .setStream(request.getStream())
                .setWrittenAt(now)
                .setSubmittedAt(request.getSubmittedAt())
                .setStartBy(startBy)
                .setDeadline(sent.deadline())
                .setInputTokensEstimated(request.getInputTokensEstimated())
                .setOutputTokensMax(request.getOutputTokensMax().orElse(null))
                .setBody(request.getBody())
                .setBodyRef(request.getBodyRef().orElse(null))
                .setFiles(request.getFiles())
                .build(),
            slot));
  }

  /** What a budget says to an attempt. */
  private sealed interface Hold {

    /** The amount fits; zero and no period where no budget applies. */
    record Taken(BigDecimal amountUsd, Optional<String> period) implements Hold {}

    /** It will fit when running calls have been settled. */
    record Later() implements Hold {}

    /** It cannot fit in this period. */
    record Refused() implements Hold {}
  }

  private Hold holdFor(TrackedRequest tracked, RouteConfig route, Instant now) {
    var request = tracked.request();
    var account = request.getAccount();
    if (!policies.hasBudget(account)) {
      return new Hold.Taken(Money.ZERO, Optional.empty());
    }
    var period = BudgetSums.monthOf(now);
    var worst =
        policies.worstCaseUsd(
            route,
            request.getInputTokensMax(),
            request.getOutputTokensMax(),
            request.getChoices(),
            now);
    var sums = state.budgets(account).of(period);
    var limit = policies.hardLimitUsd(account);
    if (limit.isPresent()) {
      var spent = sums.settledUsd().add(sums.inDoubtUsd());
      if (spent.add(worst).compareTo(limit.get()) > 0) {
        return new Hold.Refused();
      }
      if (sums.committedUsd().add(worst).compareTo(limit.get()) > 0) {
        return new Hold.Later();
      }
    }
    return new Hold.Taken(worst, Optional.of(period));
  }

  /** Ends the request: its one result, and what follows from that. */
  void finish(TrackedRequest tracked, Outcome outcome, Instant now, List<Decision> out) {
    var result = outcome.result(tracked, now);
    out.add(new Decision.PublishResult(result, tracked.request().getResponseTopic()));
    outcome.deadLetter(tracked, now).map(Decision.BuryDeadLetter::new).ifPresent(out::add);
    Outcome.callback(tracked.request(), result).ifPresent(c -> callbacks.send(c, now, out));
    if (tracked.phase() == Phase.WAITING) {
      leaveLine(tracked);
    }
    if (tracked.hasDerivedId()) {
      state.putFinished(tracked.id(), now);
    }
    state.removeRequest(tracked.id());
  }

  private void leaveLine(TrackedRequest tracked) {
    tracked.wakeAt().ifPresent(at -> state.unschedule(wakeTimer(tracked, at)));
    policies
        .route(tracked.request().getModel())
        .ifPresent(route -> sending.dequeue(keyOf(tracked, targetOf(tracked, route))));
  }

  private static Timer wakeTimer(TrackedRequest tracked, Instant wakeAt) {
    var deadline = tracked.deadline();
    var at = wakeAt.isBefore(deadline) ? wakeAt : deadline;
    return new Timer(at, Timer.Kind.WAKE, tracked.id());
  }

  private static TargetConfig targetOf(TrackedRequest tracked, RouteConfig route) {
    return route.targets().get(Math.floorMod(tracked.target(), route.targets().size()));
  }

  private static WaitingKey keyOf(TrackedRequest tracked, TargetConfig target) {
    var request = tracked.request();
    return new WaitingKey(
        target.provider(),
        request.getLane(),
        request.getAccount(),
        tracked.deadline().toEpochMilli(),
        tracked.id());
  }

  private static Payer payerOf(RequestSubmitted request) {
    return new Payer(
        request.getAccount(),
        request.getKeyName(),
        request.getModel(),
        request.getLane(),
        request.getUser(),
        request.getBatchId(),
        request.getTags());
  }
}
