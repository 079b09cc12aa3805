package io.millrace.simulator.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Calls served completely, per request id. A test compares millions of them with what Millrace
 * recorded, so ids lie end to end in byte arrays under an open-addressing index, in stripes that
 * lock briefly: about 50 bytes an id instead of the 120 of a map of strings.
 */
public final class RequestCounts {
  static final int ID_CHARS_MAX = 128;
  private static final int STRIPES = 64;
  private static final int SLOTS_INITIAL = 32;
  private static final byte[] FIRST = {'"'};
  private static final byte[] NEXT = {',', '"'};

  private final Stripe[] stripes = new Stripe[STRIPES];
  private final AtomicInteger size = new AtomicInteger();
  private final LongAdder uncounted = new LongAdder();
  private final int sizeMax;

  RequestCounts(int sizeMax) {
    this.sizeMax = sizeMax;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /** Adds to an id's count; an id that is not usable or finds no room only counts as uncounted. */
  void add(String id, int calls) {
    if (id.isEmpty()) {
      return;
    }
    if (!isUsable(id) || !stripe(id).add(id, calls)) {
      uncounted.add(calls);
    }
  }

  int size() {
    return size.get();
  }

  long uncounted() {
    return uncounted.sum();
  }

  /** Members of a JSON object, in as many pieces as {@link #pieces()}; a piece may be empty. */
  public byte[] jsonMembers(int piece) {
    return stripes[piece].jsonMembers();
  }

  public int pieces() {
    return STRIPES;
  }

  public Map<String, Integer> toMap() {
    var all = new TreeMap<String, Integer>();
    for (Stripe stripe : stripes) {
      stripe.copyTo(all);
    }
    return all;
  }

  private Stripe stripe(String id) {
    return stripes[(int) (Draws.mix(id.hashCode()) >>> 58)];
  }

  /** Ids go into JSON as they are. */
  private static boolean isUsable(String id) {
    if (id.length() > ID_CHARS_MAX) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c <= ' ' || c > '~' || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  private final class Stripe {
    // Slot → entry + 1; entry → where its id starts, its hash and its count. Ids follow each other.
    private int[] slots = new int[SLOTS_INITIAL];
    private int[] starts = new int[SLOTS_INITIAL / 2 + 1];
    private int[] hashes = new int[SLOTS_INITIAL / 2];
    private int[] counts = new int[SLOTS_INITIAL / 2];
    private byte[] ids = new byte[SLOTS_INITIAL * 16];
    private int entries;

    synchronized boolean add(String id, int calls) {
      int hash = id.hashCode();
      int slot = slot(id, hash);
      if (slots[slot] == 0) {
        if (!hasRoom()) {
          return false;
        }
        slot = insert(id, hash);
      }
      counts[slots[slot] - 1] += calls;
      return true;
    }

    private boolean hasRoom() {
      if (size.incrementAndGet() > sizeMax) {
        size.decrementAndGet();
        return false;
      }
      return true;
    }

    private int insert(String id, int hash) {
      if (entries == counts.length) {
        grow();
      }
      int start = starts[entries];
      int end = start + id.length();
      if (end > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(end, ids.length + ids.length / 2));
      }
      for (int i = 0; i < id.length(); i++) {
        ids[start + i] = (byte) id.charAt(i);
      }
      int slot = slot(id, hash);
      hashes[entries] = hash;
      starts[entries + 1] = end;
      slots[slot] = ++entries;
      return slot;
    }

    private int slot(String id, int hash) {
      int mask = slots.length - 1;
      int slot = (int) Draws.mix(hash) & mask;
      while (slots[slot] != 0 && !isAt(slots[slot] - 1, id, hash)) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    private boolean isAt(int entry, String id, int hash) {
      int start = starts[entry];
      if (hashes[entry] != hash || starts[entry + 1] - start != id.length()) {
        return false;
      }
      for (int i = 0; i < id.length(); i++) {
        if (ids[start + i] != id.charAt(i)) {
          return false;
        }
      }
      return true;
    }

    private void grow() {
      int capacity = counts.length * 2;
      starts = Arrays.copyOf(starts, capacity + 1);
      hashes = Arrays.copyOf(hashes, capacity);
      counts = Arrays.copyOf(counts, capacity);
      slots = new int[capacity * 2];
      int mask = slots.length - 1;
      for (int entry = 0; entry < entries; entry++) {
        int slot = (int) Draws.mix(hashes[entry]) & mask;
        while (slots[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        slots[slot] = entry + 1;
      }
    }

    synchronized byte[] jsonMembers() {
      var json = new ByteArrayOutputStream(starts[entries] + entries * 8);
      for (int entry = 0; entry < entries; entry++) {
        if (counts[entry] != 0) {
          json.writeBytes(json.size() == 0 ? FIRST : NEXT);
          json.write(ids, starts[entry], starts[entry + 1] - starts[entry]);
          json.writeBytes(("\":" + counts[entry]).getBytes(StandardCharsets.US_ASCII));
        }
      }
      return json.toByteArray();
    }

    synchronized void copyTo(Map<String, Integer> all) {
      for (int entry = 0; entry < entries; entry++) {
        if (counts[entry] != 0) {
          all.put(idAt(entry), counts[entry]);
        }
      }
    }

    private String idAt(int entry) {
      int start = starts[entry];
      return new String(ids, start, starts[entry + 1] - start, StandardCharsets.US_ASCII);
    }
  }
}
