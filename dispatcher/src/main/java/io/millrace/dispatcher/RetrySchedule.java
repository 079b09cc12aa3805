package io.millrace.dispatcher;

import io.millrace.schemas.config.RetryConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * Pauses between attempts: exponential with full jitter, so that requests which failed together do
 * not come back together. The jitter is drawn from the attempt's name, which makes a replayed
 * decision the same decision.
 */
final class RetrySchedule {

  private static final int DOUBLINGS_MAX = 30;

  private RetrySchedule() {}

  /**
   * The pause before the next attempt.
   *
   * @param failures failures so far, at least 1
   * @param floor the provider's own wish
   */
  static Duration delay(
      RetryConfig config, int failures, String attemptId, Optional<Duration> floor) {
    long initial = config.delayInitial().toMillis();
    long bound =
        Math.min(
            config.delayMax().toMillis(),
            initial << Math.min(DOUBLINGS_MAX, Math.max(0, failures - 1)));
    if (bound < 0) {
      bound = config.delayMax().toMillis();
    }
    var jittered = Duration.ofMillis((long) (bound * fraction(attemptId)));
    return floor
        .map(f -> f.plus(jittered.dividedBy(4)))
        .filter(f -> f.compareTo(jittered) > 0)
        .orElse(jittered);
  }

  /** A number in [0, 1) that looks random and is always the same for a name. */
  static double fraction(String name) {
    long hash = name.hashCode() * 0x9E3779B97F4A7C15L;
    hash ^= hash >>> 32;
    hash *= 0xD6E8FEB86659FD93L;
    hash ^= hash >>> 32;
    return (hash >>> 11) * 0x1.0p-53;
  }
}
