package io.millrace.benchmarks;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Calls at a fixed rate, whether or not earlier ones were answered. Latency counts from the moment
 * a call was due, so that a stall shows in every call it delays and none is left out.
 */
final class OpenLoop {

  private static final int CONNECTIONS_MAX = 2_000;
  private static final Duration STRAGGLERS_TIMEOUT = Duration.ofSeconds(60);

  private OpenLoop() {}

  static LoadResult run(Target target, int perSecond, Duration warmUp, Duration time)
      throws InterruptedException {
    var vertx = Vertx.vertx();
    try (var caller = new Caller(vertx, target, CONNECTIONS_MAX)) {
      var schedule = new Schedule(vertx, caller, perSecond, warmUp, time);
      vertx.runOnContext(started -> schedule.start());
      if (!schedule.done.await(
          warmUp.plus(time).plus(STRAGGLERS_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("calls are missing an answer");
      }
      return Latencies.result(schedule.micros, schedule.failed, time);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  /** Belongs to one event loop; read by others once {@code done}. */
  private static final class Schedule {
    private final Vertx vertx;
    private final Caller caller;
    private final long intervalNanos;
    private final long warmUpCalls;
    private final long calls;
    private final CountDownLatch done;
    private final Histogram micros = new Histogram(3);
    private long startNanos;
    private long failed;
    private long next;

    Schedule(Vertx vertx, Caller caller, int perSecond, Duration warmUp, Duration time) {
      this.vertx = vertx;
      this.caller = caller;
      this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
      this.warmUpCalls = warmUp.toNanos() / intervalNanos;
      this.calls = warmUpCalls + time.toNanos() / intervalNanos;
      this.done = new CountDownLatch((int) calls);
    }

    void start() {
      startNanos = System.nanoTime();
      vertx.setPeriodic(1, this::callAllDue);
    }

    private void callAllDue(long timer) {
      while (next < calls && System.nanoTime() - startNanos >= next * intervalNanos) {
        call(next++);
      }
      if (next == calls) {
        vertx.cancelTimer(timer);
      }
    }

    private void call(long number) {
      long dueAt = startNanos + number * intervalNanos;
      caller
          .call()
          .onComplete(
              answered -> {
                boolean isGood = answered.succeeded() && answered.result();
                if (!isGood) {
                  failed++;
                } else if (number >= warmUpCalls) {
                  micros.recordValue((System.nanoTime() - dueAt) / 1_000);
                }
                done.countDown();
              });
    }
  }
}
