package io.millrace.ingress.blobs;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Threads that may wait for the blob store; event loops never do. */
public final class BlobThreads implements AutoCloseable {

  private static final int THREADS = 16;
  private static final int WAITING_MAX = 20_000;
  private static final int IDLE_SECONDS = 60;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING_MAX),
          Thread.ofPlatform().daemon().name("ingress-blobs-", 0).factory());

  public BlobThreads() {
    threads.allowCoreThreadTimeOut(true);
  }

  /** What asks the store. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    T run() throws IOException;
  }

  /** What tells the store. */
  @FunctionalInterface
  public interface Order {
    void run() throws IOException;
  }

  /**
   * Runs it soon.
   *
   * @throws java.util.concurrent.RejectedExecutionException when too much waits already
   */
  public <T> CompletableFuture<T> ask(Work<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.run();
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        },
        threads);
  }

  /** The same for what has no answer. */
  public CompletableFuture<Boolean> tell(Order order) {
    return ask(
        () -> {
          order.run();
          return true;
        });
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
