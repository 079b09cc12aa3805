package io.millrace.ingress.http;

import io.vertx.core.Context;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings work of other threads to an event loop, all that has gathered at once: an acknowledged
 * batch of requests wakes the loop one time. What is in it is bounded by the calls that are open.
 */
final class LoopQueue implements Executor {

  private static final Logger LOG = LoggerFactory.getLogger(LoopQueue.class);

  private final Context context;
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isScheduled = new AtomicBoolean();

  LoopQueue(Context context) {
    this.context = context;
  }

  @Override
  public void execute(Runnable work) {
    queue.add(work);
    if (isScheduled.compareAndSet(false, true)) {
      context.runOnContext(nothing -> drain());
    }
  }

  private void drain() {
    isScheduled.set(false);
    for (var work = queue.poll(); work != null; work = queue.poll()) {
      try {
        work.run();
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).log("work on the event loop failed");
      }
    }
  }
}
