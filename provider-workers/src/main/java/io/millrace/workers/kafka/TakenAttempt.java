package io.millrace.workers.kafka;

import io.millrace.schemas.AttemptRequested;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An attempt between its taking and its call. The call is made when both are acknowledged: the
 * start on the log and the offset of the attempt. The two acknowledgements come on different
 * threads; the later one makes the call.
 */
final class TakenAttempt {

  private final AttemptRequested attempt;
  private final long tokensEstimated;
  private final AtomicInteger acknowledgementsMissing = new AtomicInteger(2);

  TakenAttempt(AttemptRequested attempt, long tokensEstimated) {
    this.attempt = attempt;
    this.tokensEstimated = tokensEstimated;
  }

  AttemptRequested attempt() {
    return attempt;
  }

  long tokensEstimated() {
    return tokensEstimated;
  }

  /** True when this was the last acknowledgement, and the caller is to make the call. */
  boolean acknowledge() {
    return acknowledgementsMissing.decrementAndGet() == 0;
  }
}
