package io.millrace.workers;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Which of a provider's keys the next call uses: in turn, leaving out those that cool down because
 * the provider refused them. Not safe for concurrent use. Times are readings of one monotonic
 * clock, in nanoseconds.
 */
public final class KeyRing {

  private final long[] coolUntilNanos;
  private int turn;

  public KeyRing(int keys, long nowNanos) {
    if (keys <= 0) {
      throw new IllegalArgumentException("a provider has at least one key, or the empty one");
    }
    coolUntilNanos = new long[keys];
    Arrays.fill(coolUntilNanos, nowNanos);
  }

  public int size() {
    return coolUntilNanos.length;
  }

  /** The key whose turn it is; when all cool down, the one that is ready first. */
  public int next(long nowNanos) {
    return warm(nowNanos).orElseGet(this::readyFirst);
  }

  /** The key whose turn it is; empty when all cool down. */
  public OptionalInt warm(long nowNanos) {
    for (int i = 0; i < coolUntilNanos.length; i++) {
      int key = (turn + i) % coolUntilNanos.length;
      if (coolUntilNanos[key] - nowNanos <= 0) {
        turn = key + 1;
        return OptionalInt.of(key);
      }
    }
    return OptionalInt.empty();
  }

  /** The provider refused the key; it is left out for so long. The later of two wishes holds. */
  public void cool(int key, long nanos, long nowNanos) {
    long until = nowNanos + nanos;
    if (until - coolUntilNanos[key] > 0) {
      coolUntilNanos[key] = until;
    }
  }

  /** Nanoseconds until some key is warm; 0 when one is. */
  public long waitNanos(long nowNanos) {
    return Math.max(0, coolUntilNanos[readyFirst()] - nowNanos);
  }

  private int readyFirst() {
    int first = 0;
    for (int key = 1; key < coolUntilNanos.length; key++) {
      if (coolUntilNanos[key] - coolUntilNanos[first] < 0) {
        first = key;
      }
    }
    return first;
  }
}
