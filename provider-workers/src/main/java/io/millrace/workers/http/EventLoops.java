package io.millrace.workers.http;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A few event loops that calls are dealt to in turn. */
public final class EventLoops {

  private static final int LOOPS_MAX = 4;
  private static final long START_TIMEOUT_SECONDS = 10;

  private final List<Context> contexts;
  private final AtomicInteger turn = new AtomicInteger();

  private EventLoops(List<Context> contexts) {
    this.contexts = contexts;
  }

  /** Takes loops of this Vert.x. Blocks for a moment. */
  public static EventLoops of(Vertx vertx) {
    var contexts = new CopyOnWriteArrayList<Context>();
    int count = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, LOOPS_MAX);
    var options = new DeploymentOptions().setInstances(count);
    try {
      vertx
          .deployVerticle(() -> new Anchor(contexts), options)
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("event loops do not start", e);
    }
    return new EventLoops(List.copyOf(contexts));
  }

  Context next() {
    return contexts.get(Math.floorMod(turn.getAndIncrement(), contexts.size()));
  }

  /** Only holds a context. */
  private static final class Anchor extends VerticleBase {
    private final List<Context> contexts;

    Anchor(List<Context> contexts) {
      this.contexts = contexts;
    }

    @Override
    public Future<?> start() {
      contexts.add(context);
      return Future.succeededFuture();
    }
  }
}
