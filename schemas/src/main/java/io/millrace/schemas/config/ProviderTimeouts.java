package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a worker waits for a provider.
 *
 * @param connect until the connection stands; default PT5S
 * @param firstByte from the request to the first byte of the answer; default PT60S
 * @param idle between two pieces of a streamed answer; default PT30S
 * @param total for the whole call; default PT10M
 */
public record ProviderTimeouts(
    Duration connect, Duration firstByte, Duration idle, Duration total) {

  public ProviderTimeouts {
    positive(connect, "timeouts.connect");
    positive(firstByte, "timeouts.firstByte");
    positive(idle, "timeouts.idle");
    positive(total, "timeouts.total");
  }

  @JsonCreator
  static ProviderTimeouts of(
      @Nullable Duration connect,
      @Nullable Duration firstByte,
      @Nullable Duration idle,
      @Nullable Duration total) {
    return new ProviderTimeouts(
        orDefault(connect, Duration.ofSeconds(5)),
        orDefault(firstByte, Duration.ofSeconds(60)),
        orDefault(idle, Duration.ofSeconds(30)),
        orDefault(total, Duration.ofMinutes(10)));
  }

  /** What holds where the file says nothing. */
  public static ProviderTimeouts defaults() {
    return of(null, null, null, null);
  }
}
