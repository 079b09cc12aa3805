package io.millrace.benchmarks;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.HdrHistogram.Histogram;

/** The closed loop on one event loop of this process, where there is no {@code wrk}. */
final class VertxLoop implements ClosedLoop {

  @Override
  public String name() {
    return "one Vert.x event loop";
  }

  @Override
  public LoadResult run(Target target, int connections, Duration time) throws InterruptedException {
    var vertx = Vertx.vertx();
    try (var caller = new Caller(vertx, target, connections)) {
      var loop = new Loop(caller, System.nanoTime() + time.toNanos(), connections);
      vertx.runOnContext(
          started -> {
            for (int i = 0; i < connections; i++) {
              loop.next();
            }
          });
      loop.done.await();
      return loop.result(time);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  /** Belongs to one event loop; read by others once {@code done}. */
  private static final class Loop {
    private final Caller caller;
    private final long endAt;
    private final CountDownLatch done;
    private final Histogram micros = new Histogram(3);
    private long failed;

    Loop(Caller caller, long endAt, int callers) {
      this.caller = caller;
      this.endAt = endAt;
      this.done = new CountDownLatch(callers);
    }

    void next() {
      long begin = System.nanoTime();
      if (begin > endAt) {
        done.countDown();
        return;
      }
      caller
          .call()
          .onComplete(
              answered -> {
                if (answered.succeeded() && answered.result()) {
                  micros.recordValue((System.nanoTime() - begin) / 1_000);
                } else {
                  failed++;
                }
                next();
              });
    }

    LoadResult result(Duration time) {
      return Latencies.result(micros, failed, time);
    }
  }
}
