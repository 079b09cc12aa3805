package io.millrace.ingress.batches;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How many lines of all batches may be on their way to the log at once. */
final class FeedRoom {

  private static final int LINES_MAX = 1_000;
  private static final long BYTES_MAX = 16 << 20;

  private final AtomicInteger lines = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  /** A line larger than all the room goes alone. */
  boolean isFull() {
    return lines.get() >= LINES_MAX || bytes.get() >= BYTES_MAX;
  }

  void begin(int size) {
    lines.incrementAndGet();
    bytes.addAndGet(size);
  }

  void end(int size) {
    lines.decrementAndGet();
    bytes.addAndGet(-size);
  }
}
