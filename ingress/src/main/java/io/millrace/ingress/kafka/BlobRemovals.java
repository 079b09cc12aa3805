package io.millrace.ingress.kafka;

import io.millrace.bootstrap.blobs.BlobStore;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes blobs on a thread of its own, so that the view never waits for the store. */
public final class BlobRemovals implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BlobRemovals.class);
  private static final int WAITING_MAX = 1_000;
  private static final int IDLE_SECONDS = 60;

  private final BlobStore blobs;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING_MAX),
          Thread.ofPlatform().daemon().name("ingress-blob-removals").factory());

  public BlobRemovals(BlobStore blobs) {
    this.blobs = blobs;
    thread.allowCoreThreadTimeOut(true);
  }

  /**
   * Removes a blob soon.
   *
   * @param told whether it is gone; called on this object's thread
   * @return false when too many wait already
   */
  boolean tryRemove(String ref, Consumer<Boolean> told) {
    try {
      thread.execute(() -> told.accept(remove(ref)));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private boolean remove(String ref) {
    try {
      blobs.delete(ref);
      return true;
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("error", e.toString()).log("blob cannot be removed now");
      return false;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
