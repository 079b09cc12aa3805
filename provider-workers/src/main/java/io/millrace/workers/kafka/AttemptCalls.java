package io.millrace.workers.kafka;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.RefusalReason;
import io.millrace.schemas.Verdict;
import io.millrace.workers.CallReport;
import io.millrace.workers.CallSink;
import io.millrace.workers.CancelOrders;
import io.millrace.workers.Outcome;
import io.millrace.workers.http.AttemptRunner;
import io.millrace.workers.metrics.ProviderMetrics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a taken attempt to its reply on the log: makes the call once both acknowledgements are there
 * and it is still wanted, publishes deltas, and publishes the reply when the last delta is safe.
 * Called by the poll thread, the producer's thread and event loops.
 */
final class AttemptCalls implements TakenOffsets.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(AttemptCalls.class);

  /** No wish of a provider keeps it closed for longer; then one call finds out. */
  private static final Duration CLOSED_MAX = Duration.ofMinutes(5);

  private final AttemptRunner runner;
  private final ReplyPublisher publisher;
  private final CancelOrders orders;
  private final ProviderMetrics metrics;
  private final Clock clock;
  private final Consumer<CallEnd> ends;

  AttemptCalls(
      AttemptRunner runner,
      ReplyPublisher publisher,
      CancelOrders orders,
      ProviderMetrics metrics,
      Clock clock,
      Consumer<CallEnd> ends) {
    this.runner = runner;
    this.publisher = publisher;
    this.orders = orders;
    this.metrics = metrics;
    this.clock = clock;
    this.ends = ends;
  }

  static boolean isLate(AttemptRequested attempt, long nowMs) {
    return nowMs > attempt.getStartBy().toEpochMilli();
  }

  void publishStarts(TakenBatch batch) {
    var now = clock.instant();
    for (var taken : batch.starts()) {
      metrics.onTaken(waited(taken.attempt(), now));
      publisher
          .started(taken.attempt(), now)
          .whenComplete(
              (acknowledged, failure) -> {
                if (failure != null) {
                  ends.accept(new CallEnd.NotCalled(taken.tokensEstimated()));
                } else if (taken.acknowledge()) {
                  call(taken);
                }
              });
    }
  }

  @Override
  public void onCommitted(TakenBatch batch) {
    for (var taken : batch.starts()) {
      if (taken.acknowledge()) {
        call(taken);
      }
    }
    for (var refusal : batch.refusals()) {
      metrics.onRefused(refusal.reason());
      publisher.refused(refusal.read().attempt(), refusal.reason());
    }
  }

  @Override
  public void onFenced(TakenBatch batch) {
    for (var taken : batch.starts()) {
      refuse(taken, RefusalReason.FENCED);
    }
    // Whoever owns the partition now refuses the others.
  }

  private void call(TakenAttempt taken) {
    var attempt = taken.attempt();
    long nowMs = clock.millis();
    if (orders.contains(attempt.getAttemptId(), nowMs)) {
      refuse(taken, RefusalReason.CANCELLED);
    } else if (isLate(attempt, nowMs)) {
      // The acknowledgements took so long that the dispatcher may have written it again.
      refuse(taken, RefusalReason.LATE);
    } else {
      runner.run(attempt, new Sink(taken));
      // An order that came between the question above and the call has found no call to abort.
      if (orders.contains(attempt.getAttemptId(), nowMs)) {
        runner.cancel(attempt.getAttemptId());
      }
    }
  }

  private void refuse(TakenAttempt taken, RefusalReason reason) {
    metrics.onRefused(reason);
    publisher.refused(taken.attempt(), reason);
    ends.accept(new CallEnd.NotCalled(taken.tokensEstimated()));
  }

  private static Duration waited(AttemptRequested attempt, Instant now) {
    var waited = Duration.between(attempt.getWrittenAt(), now);
    return waited.isNegative() ? Duration.ZERO : waited;
  }

  /** Hears one call. */
  private final class Sink implements CallSink {
    private final TakenAttempt taken;
    private CompletableFuture<Void> lastDelta = CompletableFuture.completedFuture(null);
    private List<String> dropped = List.of();

    Sink(TakenAttempt taken) {
      this.taken = taken;
    }

    @Override
    public void onDropped(List<String> parameters) {
      dropped = parameters;
    }

    @Override
    public CompletionStage<?> onDelta(int sequence, byte[] chunk, Instant at) {
      lastDelta =
          publisher.delta(
              taken.attempt(), sequence, chunk, at, sequence == 1 ? dropped : List.of());
      return lastDelta;
    }

    @Override
    public void onReplied(CallReport report) {
      try {
        // One partition, one idempotent producer: the last delta is not safe before the others.
        lastDelta.whenComplete((safe, failure) -> publisher.replied(taken.attempt(), report));
        metrics.onReplied(report);
        warn(report);
      } finally {
        ends.accept(
            new CallEnd.Called(
                taken.tokensEstimated(),
                used(report),
                closedFor(report.outcome()),
                report.limits()));
      }
    }

    private long used(CallReport report) {
      var usage = report.outcome().usage();
      return usage == null ? 0 : usage.getInputTokens() + usage.getOutputTokens();
    }

    private Duration closedFor(Outcome outcome) {
      if (outcome instanceof Outcome.Failure failure
          && (failure.verdict() == Verdict.RATE_LIMITED
              || failure.verdict() == Verdict.OVERLOADED)) {
        var wish = failure.retryAfter();
        return wish.compareTo(CLOSED_MAX) > 0 ? CLOSED_MAX : wish;
      }
      return Duration.ZERO;
    }

    /** Only an operator can mend a key or pay a bill. */
    private void warn(CallReport report) {
      switch (report.outcome().verdict()) {
        case UNAUTHORISED, OUT_OF_QUOTA ->
            LOG.atError()
                .addKeyValue("provider", taken.attempt().getProvider())
                .addKeyValue("attemptId", taken.attempt().getAttemptId())
                .addKeyValue("upstreamStatus", report.upstreamStatus().orElse(0))
                .addKeyValue("failureCode", report.outcome().verdict())
                .log("provider does not accept our key or account");
        case COMPLETED,
            INCOMPLETE,
            INVALID,
            NOT_FOUND,
            CONTEXT_TOO_LONG,
            CONTENT_FILTERED,
            RATE_LIMITED,
            OVERLOADED,
            UPSTREAM_FAILURE,
            TIMEOUT,
            CUT_STREAM,
            CANCELLED -> {
          if (LOG.isDebugEnabled()) {
            LOG.atDebug()
                .addKeyValue("attemptId", taken.attempt().getAttemptId())
                .addKeyValue("verdict", report.outcome().verdict())
                .log("attempt replied");
          }
        }
      }
    }
  }
}
