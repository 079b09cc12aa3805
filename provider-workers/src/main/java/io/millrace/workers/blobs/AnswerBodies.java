package io.millrace.workers.blobs;

import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.bootstrap.blobs.LargeBodies;
import io.millrace.schemas.AttemptRequested;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts large answers into the blob store before their replies are published. An answer that was
 * paid for is never lost for the store's sake: when it does not take it, the record carries it.
 */
public final class AnswerBodies implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AnswerBodies.class);
  private static final int THREADS = 8;
  private static final int WAITING_MAX = 1_000;
  private static final int IDLE_SECONDS = 60;

  private final BlobStore blobs;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING_MAX),
          Thread.ofPlatform().daemon().name("workers-answers-", 0).factory());

  public AnswerBodies(BlobStore blobs) {
    this.blobs = blobs;
    threads.allowCoreThreadTimeOut(true);
  }

  public static boolean isTooLarge(ByteBuffer answer) {
    return LargeBodies.isLarge(answer);
  }

  /** What it is called in the store, once it is safe there; nothing when it is not. */
  public CompletableFuture<Optional<String>> store(AttemptRequested attempt, ByteBuffer answer) {
    var ref =
        LargeBodies.ofAnswer(attempt.getAccount(), attempt.getAttemptId(), answer.remaining());
    try {
      return CompletableFuture.supplyAsync(() -> put(ref, answer), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
  }

  private Optional<String> put(String ref, ByteBuffer answer) {
    try {
      LargeBodies.put(blobs, ref, answer);
      return Optional.of(ref);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("error", e.toString())
          .log("large answer cannot be stored, its record carries it");
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
