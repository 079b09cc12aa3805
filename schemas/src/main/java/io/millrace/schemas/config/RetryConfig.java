package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a failed attempt is followed by another.
 *
 * @param attemptsMax attempts of one request over all targets; a provider's rate limit does not
 *     count; default 4
 * @param delayInitial upper bound of the first pause, doubled each time, with full jitter; default
 *     PT0.5S
 * @param delayMax upper bound of every pause; default PT30S
 */
public record RetryConfig(int attemptsMax, Duration delayInitial, Duration delayMax) {

  public RetryConfig {
    positive(attemptsMax, "retry.attemptsMax");
    positive(delayInitial, "retry.delayInitial");
    check(
        delayMax.compareTo(delayInitial) >= 0,
        "retry.delayMax must not be below retry.delayInitial: " + delayMax);
  }

  @JsonCreator
  static RetryConfig of(
      @Nullable Integer attemptsMax, @Nullable Duration delayInitial, @Nullable Duration delayMax) {
    return new RetryConfig(
        orDefault(attemptsMax, 4),
        orDefault(delayInitial, Duration.ofMillis(500)),
        orDefault(delayMax, Duration.ofSeconds(30)));
  }

  /** What holds where the file says nothing. */
  public static RetryConfig defaults() {
    return of(null, null, null);
  }
}
