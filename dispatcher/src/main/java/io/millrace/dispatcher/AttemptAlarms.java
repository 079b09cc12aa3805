package io.millrace.dispatcher;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * When to look at an outstanding attempt again. An alarm whose attempt has ended rings for nobody.
 * On the heap, because attempts are bounded and known after a restart.
 */
final class AttemptAlarms {

  /**
   * START: was it started in time. SHOW: does it run long enough to be shown. DEADLINE: is its
   * request's time over. ABANDON: was an order to abort it not answered.
   */
  enum Kind {
    START,
    SHOW,
    DEADLINE,
    ABANDON
  }

  record Alarm(Instant at, Kind kind, String attemptId) implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm other) {
      return at.compareTo(other.at);
    }
  }

  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();

  void set(Instant at, Kind kind, String attemptId) {
    alarms.add(new Alarm(at, kind, attemptId));
  }

  /** Alarms that ring now; each rings once. */
  List<Alarm> due(Instant now) {
    var due = new ArrayList<Alarm>();
    while (!alarms.isEmpty() && !alarms.peek().at().isAfter(now)) {
      due.add(alarms.remove());
    }
    return due;
  }

  void clear() {
    alarms.clear();
  }
}
