package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What callbacks may do.
 *
 * @param allowPrivateNetworks true lets callbacks use http and reach loopback and private
 *     addresses; default false
 * @param attemptsMax deliveries of one callback before it is given up; default 10
 * @param timeout longest wait for an endpoint's answer; default PT20S
 * @param concurrencyMax deliveries that run at once in one worker process; default 256
 * @param concurrencyPerHostMax of which to one host; default 16
 */
public record CallbacksConfig(
    boolean allowPrivateNetworks,
    int attemptsMax,
    Duration timeout,
    int concurrencyMax,
    int concurrencyPerHostMax) {

  public CallbacksConfig {
    positive(attemptsMax, "callbacks.attemptsMax");
    positive(timeout, "callbacks.timeout");
    positive(concurrencyMax, "callbacks.concurrencyMax");
    positive(concurrencyPerHostMax, "callbacks.concurrencyPerHostMax");
  }

  @JsonCreator
  static CallbacksConfig of(
      @Nullable Boolean allowPrivateNetworks,
      @Nullable Integer attemptsMax,
      @Nullable Duration timeout,
      @Nullable Integer concurrencyMax,
      @Nullable Integer concurrencyPerHostMax) {
    return new CallbacksConfig(
        orDefault(allowPrivateNetworks, false),
        orDefault(attemptsMax, 10),
        orDefault(timeout, Duration.ofSeconds(20)),
        orDefault(concurrencyMax, 256),
        orDefault(concurrencyPerHostMax, 16));
  }

  /** What holds where the file says nothing. */
  public static CallbacksConfig defaults() {
    return of(null, null, null, null, null);
  }
}
