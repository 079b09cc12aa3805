package io.millrace.ingress.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Removes the blobs that nothing in the view needs any more. They are marked by rows of the index,
 * so that no crash leaves one that nobody knows; a mark goes when its blob is gone. A walk in small
 * steps finds files whose time is over, and marks that an earlier process left.
 */
final class BlobPurge {

  private static final int ROWS_PER_STEP = 500;
  private static final Duration BETWEEN_WALKS = Duration.ofMinutes(5);
  private static final int FRESH_MAX = 10_000;
  private static final byte[] MARK = new byte[0];

  private final KeyValueStore<Bytes, byte[]> index;
  private final BlobRemovals removals;

  /** Marks of this process that the next step takes up. */
  private final Deque<Bytes> fresh = new ArrayDeque<>();

  private final Set<Bytes> beingRemoved = new HashSet<>();
  private final Queue<Removed> removed = new ConcurrentLinkedQueue<>();
  private @Nullable Bytes from;
  private long nextWalkAt = Long.MIN_VALUE;

  private record Removed(Bytes mark, boolean isGone) {}

  BlobPurge(KeyValueStore<Bytes, byte[]> index, BlobRemovals removals) {
    this.index = index;
    this.removals = removals;
  }

  /** Nothing needs this blob any more. */
  void mark(byte[] account, String ref) {
    var mark = ViewKeys.deadBlob(account, ref);
    index.put(mark, MARK);
    if (fresh.size() < FRESH_MAX) {
      fresh.add(mark);
    }
  }

  void mark(byte[] account, Optional<String> ref) {
    ref.ifPresent(name -> mark(account, name));
  }

  /** Removes some; the time is the wall clock's. */
  void step(long now) {
    for (var done = removed.poll(); done != null; done = removed.poll()) {
      beingRemoved.remove(done.mark());
      if (done.isGone()) {
        index.delete(done.mark());
      }
    }
    while (!fresh.isEmpty() && tryRemove(fresh.getFirst())) {
      fresh.removeFirst();
    }
    if (from != null || now >= nextWalkAt) {
      walk(now);
    }
  }

  private boolean tryRemove(Bytes mark) {
    if (beingRemoved.contains(mark)) {
      return true;
    }
    boolean isTaken =
        removals.tryRemove(
            ViewKeys.idInSpace(mark), isGone -> removed.add(new Removed(mark, isGone)));
    if (isTaken) {
      beingRemoved.add(mark);
    }
    return isTaken;
  }

  private void walk(long now) {
    int left = ROWS_PER_STEP;
    while (left > 0) {
      var seen = new ArrayList<Bytes>();
      var next = look(left, now, seen);
      left -= Math.max(1, seen.size());
      if (next.isEmpty()) {
        from = null;
        nextWalkAt = now + BETWEEN_WALKS.toMillis();
        return;
      }
      from = next.get();
    }
  }

  /** Looks at rows from {@link #from} on; says where to go on, empty at the end. */
  private Optional<Bytes> look(int rowsMax, long now, List<Bytes> seen) {
    var expired = new ArrayList<Bytes>();
    var dead = new ArrayList<Bytes>();
    var next = Optional.<Bytes>empty();
    try (var rows = index.range(from, null)) {
      while (rows.hasNext() && next.isEmpty()) {
        var row = rows.next();
        if (seen.size() == rowsMax) {
          next = Optional.of(row.key);
        } else if (ViewKeys.isFile(row.key)) {
          seen.add(row.key);
          if (FileRows.fromBytes("", row.value).isExpired(Instant.ofEpochMilli(now))) {
            expired.add(row.key);
          }
        } else if (ViewKeys.isDeadBlob(row.key)) {
          seen.add(row.key);
          dead.add(row.key);
        } else {
          next = Optional.of(ViewKeys.nextWithBlobs(row.key));
        }
      }
    }
    dead.forEach(this::tryRemove);
    expired.forEach(this::remove);
    return next;
  }

  private void remove(Bytes fileKey) {
    var row = index.get(fileKey);
    if (row != null) {
      mark(ViewKeys.accountOf(fileKey).getBytes(UTF_8), FileRows.fromBytes("", row).blobRef());
      index.delete(fileKey);
    }
  }
}
