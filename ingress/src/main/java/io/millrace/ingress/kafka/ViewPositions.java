package io.millrace.ingress.kafka;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far, on each partition of llm.requests, this instance has written and the status view has
 * read. What makes a client read its own writes: an answer that depends on the view waits until the
 * view has passed what was acknowledged before the question.
 */
public final class ViewPositions {

  private static final int AWAITED_MAX = 10_000;

  private final Partition[] partitions;

  public ViewPositions(int count) {
    partitions = new Partition[count];
    for (int i = 0; i < count; i++) {
      partitions[i] = new Partition();
    }
  }

  public int count() {
    return partitions.length;
  }

  /** All offsets below {@code next} are in the view. */
  void passed(int partition, long next) {
    var p = partitions[partition];
    p.next.set(next);
    while (!p.awaited.isEmpty()) {
      var first = p.awaited.firstEntry();
      if (first == null || first.getKey() > next) {
        return;
      }
      p.awaited.remove(first.getKey());
      first.getValue().complete(null);
    }
  }

  /** The record at the offset is on the log and a client may ask for it. */
  void acknowledged(int partition, long offset) {
    partitions[partition].target.accumulateAndGet(offset + 1, Math::max);
  }

  /** The position that the view must have reached to know all that was promised until now. */
  long target(int partition) {
    return partitions[partition].target.get();
  }

  boolean hasReached(int partition, long target) {
    return partitions[partition].next.get() >= target;
  }

  /** Completes when the view has reached the position; give it a time limit. */
  CompletableFuture<Void> await(int partition, long target) {
    var p = partitions[partition];
    if (hasReached(partition, target)) {
      return CompletableFuture.completedFuture(null);
    }
    if (p.awaited.size() > AWAITED_MAX) {
      return CompletableFuture.failedFuture(new ViewBehindException());
    }
    var future = p.awaited.computeIfAbsent(target, t -> new CompletableFuture<>());
    // The view may have passed between the look and the registration.
    if (hasReached(partition, target)) {
      p.awaited.remove(target);
      future.complete(null);
    }
    return future.copy();
  }

  private static final class Partition {
    final AtomicLong next = new AtomicLong();
    final AtomicLong target = new AtomicLong();
    final ConcurrentSkipListMap<Long, CompletableFuture<Void>> awaited =
        new ConcurrentSkipListMap<>();
  }
}
