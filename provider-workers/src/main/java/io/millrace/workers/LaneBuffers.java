package io.millrace.workers;

import io.millrace.schemas.Lane;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Attempts that were read and not yet taken, first in first out in each lane. Interactive goes
 * first, then standard; every sixteenth turn is bulk's. Owned by one thread.
 */
public final class LaneBuffers<T> {

  private static final int TURNS_PER_BULK_TURN = 16;

  private final int countEnough;
  private final long bytesEnough;
  private final ToIntFunction<T> bytesOf;
  private final Map<Lane, ArrayDeque<T>> lanes = new EnumMap<>(Lane.class);
  private final Map<Lane, Long> bytes = new EnumMap<>(Lane.class);
  private int turn;

  /**
   * @param countEnough a lane that holds so many needs no more
   * @param bytesEnough nor does one that holds so many bytes
   */
  public LaneBuffers(int countEnough, long bytesEnough, ToIntFunction<T> bytesOf) {
    this.countEnough = countEnough;
    this.bytesEnough = bytesEnough;
    this.bytesOf = bytesOf;
    for (var lane : Lane.values()) {
      lanes.put(lane, new ArrayDeque<>());
      bytes.put(lane, 0L);
    }
  }

  public void add(Lane lane, T waiting) {
    queue(lane).addLast(waiting);
    grow(lane, bytesOf.applyAsInt(waiting));
  }

  /** Whose turn it is; empty when nothing waits. */
  public Optional<Lane> next() {
    if (turn == TURNS_PER_BULK_TURN - 1 && !queue(Lane.BULK).isEmpty()) {
      return Optional.of(Lane.BULK);
    }
    for (var lane : Lane.values()) {
      if (!queue(lane).isEmpty()) {
        return Optional.of(lane);
      }
    }
    return Optional.empty();
  }

  /** First of a lane that is not empty. */
  public T first(Lane lane) {
    return queue(lane).getFirst();
  }

  /** Takes the first of a lane; that was its turn. */
  public T take(Lane lane) {
    turn = (turn + 1) % TURNS_PER_BULK_TURN;
    return drop(lane);
  }

  /** Takes the first of a lane out of turn. */
  public T drop(Lane lane) {
    var first = queue(lane).removeFirst();
    grow(lane, -bytesOf.applyAsInt(first));
    return first;
  }

  /** Removes and returns the head of a lane for as long as it is such. */
  public List<T> dropWhile(Lane lane, Predicate<T> such) {
    var dropped = new ArrayList<T>();
    while (!queue(lane).isEmpty() && such.test(first(lane))) {
      dropped.add(drop(lane));
    }
    return dropped;
  }

  /** Forgets all such, wherever they stand. */
  public void forget(Predicate<T> such) {
    for (var lane : Lane.values()) {
      var kept = new ArrayDeque<T>();
      long size = 0;
      for (var waiting : queue(lane)) {
        if (!such.test(waiting)) {
          kept.addLast(waiting);
          size += bytesOf.applyAsInt(waiting);
        }
      }
      lanes.put(lane, kept);
      bytes.put(lane, size);
    }
  }

  public boolean hasEnough(Lane lane) {
    return queue(lane).size() >= countEnough || bytes.getOrDefault(lane, 0L) >= bytesEnough;
  }

  /** True when a lane that had enough may be filled again. */
  public boolean hasRoom(Lane lane) {
    return queue(lane).size() <= countEnough / 2 && bytes.getOrDefault(lane, 0L) <= bytesEnough / 2;
  }

  public boolean isEmpty() {
    return lanes.values().stream().allMatch(ArrayDeque::isEmpty);
  }

  private void grow(Lane lane, long by) {
    bytes.merge(lane, by, Long::sum);
  }

  private ArrayDeque<T> queue(Lane lane) {
    var queue = lanes.get(lane);
    if (queue == null) {
      throw new IllegalStateException("no lane " + lane);
    }
    return queue;
  }
}
