package io.millrace.ingress.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.schemas.config.IngressConfig;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What ingress takes in at once, over all event loops: requests that the log has not acknowledged,
 * the bytes of bodies being read or sent, calls that wait, bulk calls. Beyond a limit the answer is
 * 503.
 */
public final class Admission {

  /** Each may hold one line of the largest length that is not counted elsewhere. */
  private static final int BULK_CALLS_MAX = 32;

  private static final int UPLOADS_MAX = 256;
  private static final long UPLOAD_BYTES_MAX = 192 << 20;

  /** Each holds a piece or two of what it sends. */
  private static final int DOWNLOADS_MAX = 128;

  /** Each keeps the names of all lines of a file. */
  private static final int ESTIMATES_MAX = 2;

  private final int unacknowledgedMax;
  private final long bytesMax;
  private final int waitingMax;
  private final AtomicInteger unacknowledged = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger bulkCalls = new AtomicInteger();
  private final AtomicInteger uploads = new AtomicInteger();
  private final AtomicLong uploadBytes = new AtomicLong();
  private final AtomicInteger downloads = new AtomicInteger();
  private final AtomicInteger estimates = new AtomicInteger();
  private final Lock lock = new ReentrantLock();
  private final Condition nobodyWaits = lock.newCondition();

  public Admission(IngressConfig config, MeterRegistry metrics) {
    this.unacknowledgedMax = config.unacknowledgedMax();
    this.bytesMax = config.unacknowledgedBytesMax();
    this.waitingMax = config.waitingMax();
    metrics.gauge("millrace.ingress.unacknowledged", unacknowledged);
    metrics.gauge("millrace.ingress.unacknowledged.bytes", bytes);
    metrics.gauge("millrace.ingress.waiting", waiting);
  }

  long bytesMax() {
    return bytesMax;
  }

  /** Takes room for a piece of a body. */
  boolean tryHold(int size) {
    if (bytes.addAndGet(size) > bytesMax) {
      bytes.addAndGet(-size);
      return false;
    }
    return true;
  }

  void release(int size) {
    bytes.addAndGet(-size);
  }

  /** Takes room for a request on its way to the log. */
  boolean tryBegin() {
    return tryTake(unacknowledged, unacknowledgedMax);
  }

  void end() {
    unacknowledged.decrementAndGet();
  }

  /** Takes room for a call that waits. */
  boolean tryWait() {
    return tryTake(waiting, waitingMax);
  }

  void endWait() {
    if (waiting.decrementAndGet() == 0) {
      signalNobodyWaits();
    }
  }

  private void signalNobodyWaits() {
    lock.lock();
    try {
      nobodyWaits.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until no call waits; false when the time was over first. */
  public boolean awaitNobodyWaits(Duration patience) {
    long nanos = patience.toNanos();
    lock.lock();
    try {
      while (waiting.get() > 0 && nanos > 0) {
        nanos = nobodyWaits.awaitNanos(nanos);
      }
      return waiting.get() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  boolean tryBulk() {
    return tryTake(bulkCalls, BULK_CALLS_MAX);
  }

  void endBulk() {
    bulkCalls.decrementAndGet();
  }

  /**
   * Takes room for an upload.
   *
   * @param size bytes that it may hold in memory
   */
  boolean tryUpload(int size) {
    if (!tryTake(uploads, UPLOADS_MAX)) {
      return false;
    }
    if (uploadBytes.addAndGet(size) > UPLOAD_BYTES_MAX) {
      endUpload(size);
      return false;
    }
    return true;
  }

  void endUpload(int size) {
    uploadBytes.addAndGet(-size);
    uploads.decrementAndGet();
  }

  boolean tryEstimate() {
    return tryTake(estimates, ESTIMATES_MAX);
  }

  void endEstimate() {
    estimates.decrementAndGet();
  }

  boolean tryDownload() {
    return tryTake(downloads, DOWNLOADS_MAX);
  }

  void endDownload() {
    downloads.decrementAndGet();
  }

  private static boolean tryTake(AtomicInteger taken, int max) {
    if (taken.incrementAndGet() > max) {
      taken.decrementAndGet();
      return false;
    }
    return true;
  }
}
