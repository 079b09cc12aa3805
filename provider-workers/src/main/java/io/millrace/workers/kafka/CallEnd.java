package io.millrace.workers.kafka;

import java.time.Duration;

/** A taken attempt is over for the throttle. */
sealed interface CallEnd {

  /**
   * @param closedFor how long the provider wishes to be left alone
   */
  record Called(long tokensEstimated, long tokensUsed, Duration closedFor) implements CallEnd {}

  record NotCalled(long tokensEstimated) implements CallEnd {}
}
