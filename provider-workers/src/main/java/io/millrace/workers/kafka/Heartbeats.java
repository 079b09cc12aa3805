package io.millrace.workers.kafka;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;

/** Says every second that this worker is alive, on a thread of its own that nothing else delays. */
public final class Heartbeats {

  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final ReplyPublisher publisher;
  private final List<String> providers;
  private final IntSupplier inFlight;
  private final ScheduledExecutorService timer;
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  public Heartbeats(ReplyPublisher publisher, List<String> providers, IntSupplier inFlight) {
    this.publisher = publisher;
    this.providers = List.copyOf(providers);
    this.inFlight = inFlight;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("heartbeats").daemon().factory());
  }

  /** Returns when the first is acknowledged. */
  public void start(Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    publisher.heartbeat(providers, 0, false).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    timer.scheduleAtFixedRate(
        this::beat, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Says goodbye; returns when that is acknowledged or given up. */
  public void stop(Duration timeout) throws InterruptedException {
    timer.shutdown();
    timer.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
    try {
      publisher
          .heartbeat(providers, inFlight.getAsInt(), true)
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // Kafka is away; the silence says the same, later.
    }
  }

  private void beat() {
    // While Kafka is away one waiting heartbeat is enough.
    if (last.isDone()) {
      last = publisher.heartbeat(providers, inFlight.getAsInt(), false);
    }
  }
}
