package io.millrace.simulator.engine;

/**
 * How often each body was seen: open addressing over primitive arrays, in stripes that lock
 * briefly. A stripe that is full forgets all it knew, so memory is bounded and a call that fails
 * only at its first tries still succeeds in the end.
 */
final class SeenBodies {
  private static final int STRIPES = 16;
  private static final int SLOTS_INITIAL = 64;

  private final Stripe[] stripes = new Stripe[STRIPES];

  SeenBodies(int bodiesMax) {
    int stripeMax = Math.max(1, bodiesMax / STRIPES);
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe(stripeMax);
    }
  }

  /** Times this body was seen before now. */
  int next(long hash) {
    // Zero marks a free slot.
    long key = hash == 0 ? 1 : hash;
    return stripes[(int) (key >>> 60)].next(key);
  }

  private static final class Stripe {
    private final int sizeMax;
    private long[] keys = new long[SLOTS_INITIAL];
    private int[] counts = new int[SLOTS_INITIAL];
    private int size;

    Stripe(int sizeMax) {
      this.sizeMax = sizeMax;
    }

    synchronized int next(long key) {
      int slot = slot(key);
      if (keys[slot] == 0) {
        slot = slotForNew(key);
      }
      return counts[slot]++;
    }

    private int slotForNew(long key) {
      if (size >= sizeMax) {
        keys = new long[SLOTS_INITIAL];
        counts = new int[SLOTS_INITIAL];
        size = 0;
      } else if (size * 2 >= keys.length) {
        grow();
      }
      int slot = slot(key);
      keys[slot] = key;
      size++;
      return slot;
    }

    private int slot(long key) {
      int mask = keys.length - 1;
      int slot = (int) key & mask;
      while (keys[slot] != 0 && keys[slot] != key) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    private void grow() {
      long[] oldKeys = keys;
      int[] oldCounts = counts;
      keys = new long[oldKeys.length * 2];
      counts = new int[oldKeys.length * 2];
      for (int i = 0; i < oldKeys.length; i++) {
        if (oldKeys[i] != 0) {
          int slot = slot(oldKeys[i]);
          keys[slot] = oldKeys[i];
          counts[slot] = oldCounts[i];
        }
      }
    }
  }
}
