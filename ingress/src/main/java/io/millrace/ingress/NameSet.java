package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * Tells whether a name was seen before, in 16 bytes each: keeps the first half of its SHA-256. Two
 * different names of a million have the same one with a chance of 10⁻²⁷. Confined to one thread.
 */
public final class NameSet {

  private static final int SLOTS_AT_FIRST = 1 << 10;

  /** Two longs each; a slot of zeros is free. */
  private long[] slots = new long[2 * SLOTS_AT_FIRST];

  private int size;

  /** Adds the name; false when it was there. */
  public boolean add(String name) {
    var hash = ByteBuffer.wrap(Sha256.digest().digest(name.getBytes(UTF_8)));
    long high = hash.getLong();
    long low = hash.getLong();
    if (!put(slots, high, low == 0 ? 1 : low)) {
      return false;
    }
    size++;
    if (size > slots.length / 4) {
      grow();
    }
    return true;
  }

  public int size() {
    return size;
  }

  private void grow() {
    var larger = new long[2 * slots.length];
    for (int i = 0; i < slots.length; i += 2) {
      if (slots[i + 1] != 0) {
        put(larger, slots[i], slots[i + 1]);
      }
    }
    slots = larger;
  }

  private static boolean put(long[] slots, long high, long low) {
    int mask = slots.length / 2 - 1;
    int at = (int) (high ^ (high >>> 32)) & mask;
    while (slots[2 * at + 1] != 0) {
      if (slots[2 * at] == high && slots[2 * at + 1] == low) {
        return false;
      }
      at = (at + 1) & mask;
    }
    slots[2 * at] = high;
    slots[2 * at + 1] = low;
    return true;
  }
}
