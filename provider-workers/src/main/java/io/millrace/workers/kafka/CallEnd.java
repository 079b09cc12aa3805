package io.millrace.workers.kafka;

import io.millrace.workers.LimitNotice;
import java.time.Duration;

/** A taken attempt is over for the throttle. */
sealed interface CallEnd {

  /**
   * @param closedFor how long the provider wishes to be left alone
   * @param limits what the provider said of its limits
   */
  record Called(long tokensEstimated, long tokensUsed, Duration closedFor, LimitNotice limits)
      implements CallEnd {}

  record NotCalled(long tokensEstimated) implements CallEnd {}
}
