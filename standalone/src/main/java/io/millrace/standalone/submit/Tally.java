package io.millrace.standalone.submit;

import java.math.BigDecimal;

/**
 * What came of the lines so far.
 *
 * @param costUsd what the server says they cost
 */
record Tally(long succeeded, long failed, long inputTokens, long outputTokens, BigDecimal costUsd) {

  static final Tally NONE = new Tally(0, 0, 0, 0, BigDecimal.ZERO);

  long done() {
    return succeeded + failed;
  }

  Tally plus(Tally other) {
    return new Tally(
        succeeded + other.succeeded,
        failed + other.failed,
        inputTokens + other.inputTokens,
        outputTokens + other.outputTokens,
        costUsd.add(other.costUsd));
  }

  /** Lines that failed before they cost anything. */
  static Tally failed(long count) {
    return new Tally(0, count, 0, 0, BigDecimal.ZERO);
  }
}
