package io.millrace.standalone.process;

import io.vertx.core.Future;
import java.util.concurrent.CompletionException;

/** Waits for what Vert.x does, on a thread that may wait. */
final class Blocking {

  private Blocking() {}

  static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    }
  }
}
