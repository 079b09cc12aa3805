package io.millrace.workers;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Attempts whose abortion was ordered lately, so that an order that comes before its attempt is not
 * lost. Forgets the oldest beyond a number and all beyond an age. Written by the thread that reads
 * orders, asked by poll threads and event loops; every method holds the one lock for a moment.
 */
public final class CancelOrders {

  private final int countMax;
  private final long ageMaxMs;
  private final LinkedHashMap<String, Long> orderedAtMs = new LinkedHashMap<>();

  public CancelOrders(int countMax, long ageMaxMs) {
    this.countMax = countMax;
    this.ageMaxMs = ageMaxMs;
  }

  public synchronized void add(String attemptId, long nowMs) {
    orderedAtMs.remove(attemptId);
    orderedAtMs.put(attemptId, nowMs);
    var oldest = orderedAtMs.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<String, Long> order = oldest.next();
      if (orderedAtMs.size() <= countMax && nowMs - order.getValue() <= ageMaxMs) {
        return;
      }
      oldest.remove();
    }
  }

  public synchronized boolean contains(String attemptId, long nowMs) {
    var at = orderedAtMs.get(attemptId);
    return at != null && nowMs - at <= ageMaxMs;
  }
}
