package io.millrace.workers.blobs;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * A number of bytes of which parts are taken and given back; who asks for more than is left waits
 * for his turn. The one lock is held for moments.
 */
final class ByteBudget {

  private final long bytes;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long left;

  private record Waiting(long size, CompletableFuture<Long> taken) {}

  ByteBudget(long bytes) {
    this.bytes = bytes;
    this.left = bytes;
  }

  /** Completes with what was taken, which is all there is when more was asked for. */
  CompletableFuture<Long> take(long asked) {
    long size = Math.min(asked, bytes);
    var taken = new CompletableFuture<Long>();
    synchronized (this) {
      if (!waiting.isEmpty() || size > left) {
        waiting.add(new Waiting(size, taken));
        return taken;
      }
      left -= size;
    }
    taken.complete(size);
    return taken;
  }

  void give(long size) {
    var ready = new ArrayDeque<Waiting>();
    synchronized (this) {
      left += size;
      while (!waiting.isEmpty() && waiting.getFirst().size() <= left) {
        var next = waiting.removeFirst();
        left -= next.size();
        ready.add(next);
      }
    }
    ready.forEach(next -> next.taken().complete(next.size()));
  }
}
