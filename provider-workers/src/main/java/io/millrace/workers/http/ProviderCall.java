package io.millrace.workers.http;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Breakage;
import io.millrace.workers.BreakageOutcomes;
import io.millrace.workers.CallReport;
import io.millrace.workers.CallSink;
import io.millrace.workers.ClientError;
import io.millrace.workers.LimitNotice;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.millrace.workers.blobs.AttemptBodies;
import io.millrace.workers.canonical.ProviderFailures;
import io.millrace.workers.canonical.UsageSum;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for one attempt, on one event loop: translate it, fetch what it names, make its HTTP
 * calls with a key whose turn it is, and join what comes of them. It ends once: answered, broken or
 * abandoned.
 */
final class ProviderCall {

  private static final Logger LOG = LoggerFactory.getLogger(ProviderCall.class);

  /** Deltas that may be on their way to the log before the call stops reading. */
  private static final int UNSAFE_DELTAS_MAX = 256;

  private static final int UNSAFE_DELTAS_RESUME = 64;

  /** HTTP calls of one attempt that run at once. */
  private static final int EXCHANGES_MAX = 8;

  private static final Outcome.Failure WORKER_FAULT =
      Outcome.Failure.of(
          Verdict.UPSTREAM_FAILURE,
          ClientError.serverError(502, "worker_failure", "The call failed inside the worker."));

  private static final Outcome.Failure NO_CREDENTIAL =
      Outcome.Failure.of(
          Verdict.UNAUTHORISED,
          ClientError.serverError(
              502, "upstream_unauthorised", "The provider's access token could not be had."));

  private final AttemptRunner runner;
  private final AttemptRequested attempt;
  private final CallSink sink;
  private final Context context;
  private final Map<Integer, HttpExchange> exchanges = new TreeMap<>();

  private Instant startedAt = Instant.EPOCH;
  private long deadlineNanos;
  private Translation.@Nullable Calls planned;
  private Outcome.@Nullable Answer[] answers = {};
  private int nextCall;
  private int answered;
  private int keyRefusals;
  private @Nullable Instant firstByteAt;
  private int status;
  private LimitNotice limits = LimitNotice.NONE;
  private int deltas;
  private int unsafeDeltas;
  private boolean hasEnded;
  private Runnable releaseBody = () -> {};

  ProviderCall(AttemptRunner runner, AttemptRequested attempt, CallSink sink) {
    this.runner = runner;
    this.attempt = attempt;
    this.sink = sink;
    this.context = runner.loops().next();
  }

  void start() {
    context.runOnContext(v -> guarded(this::begin));
  }

  void cancel() {
    context.runOnContext(v -> guarded(this::breakOff));
  }

  void abandon() {
    context.runOnContext(
        v -> {
          if (!hasEnded) {
            end();
          }
        });
  }

  private void begin() {
    if (hasEnded) {
      return;
    }
    startedAt = runner.clock().instant();
    deadlineNanos = System.nanoTime() + timeLeft().toNanos();
    if (AttemptBodies.areElsewhere(attempt)) {
      load();
    } else {
      follow(runner.adapter().translate(attempt, startedAt));
    }
  }

  private void load() {
    runner
        .bodies()
        .map(bodies -> bodies.load(attempt))
        .orElseGet(() -> CompletableFuture.failedFuture(new IOException("no blob store here")))
        .whenComplete(
            (whole, e) ->
                context.runOnContext(
                    v ->
                        guarded(
                            () -> {
                              if (e == null) {
                                onLoaded(whole);
                              } else {
                                onNotLoaded(e);
                              }
                            })));
  }

  private void onLoaded(AttemptBodies.Whole whole) {
    if (hasEnded) {
      whole.release().run();
    } else {
      releaseBody = whole.release();
      follow(runner.adapter().translate(whole.attempt(), startedAt));
    }
  }

  private void onNotLoaded(Throwable e) {
    var cause = e instanceof CompletionException ? e.getCause() : e;
    if (cause instanceof AttemptBodies.UnreadableException unreadable) {
      reply(unreadable.failure());
    } else {
      onWorkerFault(new IllegalStateException("body cannot be loaded", cause));
    }
  }

  /** Until the request's own deadline; without one, longer than any call lasts. */
  private Duration timeLeft() {
    return attempt
        .getDeadline()
        .map(deadline -> Duration.between(startedAt, deadline))
        .map(left -> left.isNegative() ? Duration.ZERO : left)
        .orElse(runner.timeouts().total().plusSeconds(1));
  }

  private void follow(Translation translation) {
    switch (translation) {
      case Translation.Refused refused -> reply(refused.failure());
      case Translation.MediaWanted wanted -> fetch(wanted);
      case Translation.Calls calls -> {
        planned = calls;
        answers = new Outcome.Answer[calls.calls().size()];
        if (!calls.droppedParameters().isEmpty()) {
          sink.onDropped(calls.droppedParameters());
        }
        sendMore(calls);
      }
    }
  }

  private void fetch(Translation.MediaWanted wanted) {
    runner
        .media()
        .fetchAll(wanted.urls())
        .onComplete(
            fetched ->
                context.runOnContext(
                    v ->
                        guarded(
                            () -> {
                              if (hasEnded) {
                                return;
                              }
                              if (fetched.succeeded()) {
                                follow(wanted.then().apply(fetched.result()));
                              } else {
                                reply(notFetched(fetched.cause()));
                              }
                            })));
  }

  private Outcome.Failure notFetched(Throwable cause) {
    var why = cause instanceof MediaFetcher.MediaException e ? e.getMessage() : "is not reachable";
    var field = attempt.getEndpoint().endsWith("/chat/completions") ? "messages" : "input";
    return ProviderFailures.invalid(field, "Something that a message names by URL " + why + ".");
  }

  private void sendMore(Translation.Calls calls) {
    while (!hasEnded && nextCall < calls.calls().size() && exchanges.size() < EXCHANGES_MAX) {
      send(calls, nextCall++);
    }
  }

  private void send(Translation.Calls calls, int number) {
    var call = calls.calls().get(number);
    var deltaSink = calls.joining().deltasOf(number, this::onDelta);
    var part = new Part(calls, number);
    var exchange = new HttpExchange(runner, call.reader().get(), deltaSink, deadlineNanos, part);
    exchanges.put(number, exchange);
    runner
        .keys()
        .next()
        .onComplete(
            leased ->
                // Known keys answer at once, on this very thread.
                onContext(
                    () -> {
                      if (hasEnded) {
                        return;
                      }
                      if (leased.succeeded()) {
                        part.key = leased.result().key();
                        exchange.send(
                            leased.result().signer().sign(call.http(), runner.clock().instant()));
                      } else {
                        onNoCredential(leased.cause());
                      }
                    }));
  }

  private void onContext(Runnable step) {
    if (Vertx.currentContext() == context) {
      guarded(step);
    } else {
      context.runOnContext(v -> guarded(step));
    }
  }

  private void onNoCredential(Throwable cause) {
    LOG.atError()
        .addKeyValue("provider", attempt.getProvider())
        .addKeyValue("error", cause.toString())
        .log("no access token for provider");
    reply(NO_CREDENTIAL);
  }

  /** One of the HTTP calls. */
  private final class Part implements HttpExchange.Listener {
    private final Translation.Calls calls;
    private final int number;
    private int key;

    Part(Translation.Calls calls, int number) {
      this.calls = calls;
      this.number = number;
    }

    @Override
    public void onHead(ResponseHead head) {
      if (firstByteAt == null) {
        firstByteAt = head.receivedAt();
      }
      status = head.status();
      var notice = runner.adapter().limits(head);
      if (!notice.isNone()) {
        limits = notice;
      }
    }

    @Override
    public void onOutcome(Outcome outcome) {
      exchanges.remove(number);
      switch (outcome) {
        case Outcome.Answer answer -> onAnswer(answer);
        case Outcome.Failure failure -> onFailure(failure);
      }
    }

    private void onAnswer(Outcome.Answer answer) {
      answers[number] = answer;
      answered++;
      if (answered == answers.length) {
        reply(joined());
      } else {
        sendMore(calls);
      }
    }

    private void onFailure(Outcome.Failure failure) {
      boolean isAnotherWarm = runner.keys().shallTryAnother(key, failure);
      // Refused for the key before anything was done: the same call with another one.
      if (isAnotherWarm && deltas == 0 && keyRefusals < runner.keys().size() - 1) {
        keyRefusals++;
        send(calls, number);
      } else {
        reply(whole(failure));
      }
    }

    private Outcome joined() {
      var all = List.of(answers);
      if (all.size() == 1) {
        return all.getFirst();
      }
      var outcome = calls.joining().join(all, ProviderCall.this::onDelta);
      return outcome instanceof Outcome.Answer answer
              && answer.body().remaining() > AttemptRunner.ANSWER_BYTES_MAX
          ? BreakageOutcomes.of(Breakage.TOO_LARGE, deltas > 0, answer.usage())
          : outcome;
    }

    @Override
    public void onFault(RuntimeException fault) {
      onWorkerFault(fault);
    }
  }

  /** The failure of one call is that of the attempt, but what the others used was used. */
  private Outcome.Failure whole(Outcome.Failure failure) {
    var used = new ArrayList<Usage>();
    if (failure.usage() != null) {
      used.add(failure.usage());
    }
    for (var answer : answers) {
      if (answer != null) {
        used.add(answer.usage());
      }
    }
    var verdict =
        deltas > 0 && failure.verdict() != Verdict.CANCELLED
            ? Verdict.CUT_STREAM
            : failure.verdict();
    var wait =
        verdict == Verdict.RATE_LIMITED && runner.keys().size() > 1
            ? runner.keys().untilWarm()
            : failure.retryAfter();
    return new Outcome.Failure(
        verdict, failure.error(), wait, used.stream().reduce(UsageSum::of).orElse(null));
  }

  private void breakOff() {
    if (hasEnded) {
      return;
    }
    if (exchanges.isEmpty()) {
      reply(whole(BreakageOutcomes.of(Breakage.CANCELLED, false, null)));
    } else {
      exchanges.values().iterator().next().breakOff(Breakage.CANCELLED);
    }
  }

  private void reply(Outcome outcome) {
    if (hasEnded) {
      return;
    }
    end();
    var calls = planned;
    sink.onReplied(
        new CallReport(
            outcome,
            status,
            startedAt,
            firstByteAt,
            runner.clock().instant(),
            deltas,
            calls == null ? List.of() : calls.droppedParameters(),
            limits));
  }

  private void end() {
    hasEnded = true;
    runner.ended(attempt.getAttemptId(), this);
    exchanges.values().forEach(HttpExchange::abandon);
    exchanges.clear();
    releaseBody.run();
  }

  private void onDelta(byte[] chunk) {
    deltas++;
    unsafeDeltas++;
    sink.onDelta(deltas, chunk, runner.clock().instant())
        .whenComplete((safe, e) -> context.runOnContext(v -> onDeltaSafe()));
    if (unsafeDeltas > UNSAFE_DELTAS_MAX) {
      exchanges.values().forEach(HttpExchange::pause);
    }
  }

  private void onDeltaSafe() {
    unsafeDeltas--;
    if (!hasEnded && unsafeDeltas <= UNSAFE_DELTAS_RESUME) {
      exchanges.values().forEach(HttpExchange::resume);
    }
  }

  /** A fault of our own must not leave the attempt without a reply. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      onWorkerFault(e);
    }
  }

  private void onWorkerFault(RuntimeException fault) {
    LOG.atError()
        .addKeyValue("attemptId", attempt.getAttemptId())
        .addKeyValue("provider", attempt.getProvider())
        .setCause(fault)
        .log("call failed inside the worker");
    reply(WORKER_FAULT);
  }
}
