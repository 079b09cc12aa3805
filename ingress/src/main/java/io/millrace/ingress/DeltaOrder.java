package io.millrace.ingress;

import io.millrace.schemas.StreamDelta;

/**
 * Lets every delta of a request through once and in order, whatever is read twice: the next of the
 * current attempt, or the first of a later one.
 */
public final class DeltaOrder {

  private int attempt;
  private int sequence;

  /** Begins after the delta named; 0-0 is before all. */
  public DeltaOrder(int attempt, int sequence) {
    this.attempt = attempt;
    this.sequence = sequence;
  }

  /** True when it is this delta's turn; it counts as passed then. */
  public boolean pass(StreamDelta delta) {
    boolean isNext = delta.getAttempt() == attempt && delta.getSequence() == sequence + 1;
    boolean isNewAttempt = delta.getAttempt() > attempt && delta.getSequence() == 1;
    if (!isNext && !isNewAttempt) {
      return false;
    }
    attempt = delta.getAttempt();
    sequence = delta.getSequence();
    return true;
  }

  /** True when all deltas of the attempt that made the result have passed. */
  public boolean isComplete(int resultAttempt, int deltas) {
    return deltas == 0
        || attempt > resultAttempt
        || (attempt == resultAttempt && sequence >= deltas);
  }

  public int attempt() {
    return attempt;
  }

  public int sequence() {
    return sequence;
  }
}
