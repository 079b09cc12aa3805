package io.millrace.dispatcher;

import java.time.Duration;
import java.time.Instant;

/**
 * How many attempts may be written ahead of a provider's workers in one lane, treated like a
 * congestion window. Every start says how long its attempt lay in the topic. What it lay longer
 * than the shortest wait seen lately is queueing; up to a target that is fine and the window grows,
 * beyond it the window halves. Without the shortest wait as base, a machine that is slow as a whole
 * would shrink every window and become slower still.
 */
final class SendWindow {

  private static final int SIZE_MIN = 16;
  private static final int SIZE_INITIAL = 64;
  private static final Duration BASE_PERIOD = Duration.ofSeconds(10);

  /** After a cut, starts of attempts written before it say nothing new. */
  private static final Duration CUT_PAUSE = Duration.ofMillis(200);

  private final Duration queueingTarget;
  private final int sizeMax;
  private double size = SIZE_INITIAL;
  private boolean wasCut;
  private int unstarted;
  private Instant cutUntil = Instant.EPOCH;
  private Instant baseSince = Instant.EPOCH;
  private long baseMs = Long.MAX_VALUE;
  private long baseNextMs = Long.MAX_VALUE;

  SendWindow(Duration queueingTarget, int sizeMax) {
    this.queueingTarget = queueingTarget;
    this.sizeMax = sizeMax;
  }

  boolean isOpen() {
    return unstarted < (int) size;
  }

  int size() {
    return (int) size;
  }

  void written() {
    unstarted++;
  }

  /** An attempt left the topic without being started. */
  void withdrawn() {
    unstarted = Math.max(0, unstarted - 1);
  }

  /**
   * An attempt was started.
   *
   * @param waitedMs how long it lay in the topic
   * @param waitingAccounts accounts that wait for this window; growth is in proportion
   */
  void started(long waitedMs, int waitingAccounts, Instant now) {
    boolean wasFull = unstarted >= (int) size / 2;
    withdrawn();
    rememberBase(waitedMs, now);
    boolean isLate = waitedMs - Math.min(baseMs, baseNextMs) > queueingTarget.toMillis();
    if (isLate) {
      if (now.isAfter(cutUntil)) {
        size = Math.max(SIZE_MIN, size / 2);
        wasCut = true;
        cutUntil = now.plus(CUT_PAUSE);
      }
    } else if (wasFull) {
      double step = wasCut ? Math.max(1, waitingAccounts) / size : 1;
      size = Math.min(sizeMax, size + Math.min(1, step));
    }
  }

  private void rememberBase(long waitedMs, Instant now) {
    if (now.isAfter(baseSince.plus(BASE_PERIOD))) {
      baseMs = baseNextMs;
      baseNextMs = Long.MAX_VALUE;
      baseSince = now;
    }
    baseNextMs = Math.min(baseNextMs, waitedMs);
  }
}
