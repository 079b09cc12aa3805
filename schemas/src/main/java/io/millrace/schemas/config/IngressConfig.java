package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits of ingress.
 *
 * @param unacknowledgedMax requests sent to the log and not yet acknowledged, beyond them 503;
 *     default 10000
 * @param unacknowledgedBytesMax the same in bytes; default 67108864
 * @param waitingMax calls that wait for their answer, beyond them 503; default 20000
 * @param eventLoops threads that serve HTTP; default 2
 * @param acceptTimeout longest wait for the log's acknowledgement, then 503; default PT10S
 * @param waitMax longest a call waits for its answer; default PT10M
 * @param resultRetention how long results can be read; default P30D
 */
public record IngressConfig(
    int unacknowledgedMax,
    long unacknowledgedBytesMax,
    int waitingMax,
    int eventLoops,
    Duration acceptTimeout,
    Duration waitMax,
    Duration resultRetention) {

  public IngressConfig {
    positive(unacknowledgedMax, "ingress.unacknowledgedMax");
    check(
        unacknowledgedBytesMax > 0,
        "ingress.unacknowledgedBytesMax must be positive: " + unacknowledgedBytesMax);
    positive(waitingMax, "ingress.waitingMax");
    positive(eventLoops, "ingress.eventLoops");
    positive(acceptTimeout, "ingress.acceptTimeout");
    positive(waitMax, "ingress.waitMax");
    positive(resultRetention, "ingress.resultRetention");
  }

  @JsonCreator
  static IngressConfig of(
      @Nullable Integer unacknowledgedMax,
      @Nullable Long unacknowledgedBytesMax,
      @Nullable Integer waitingMax,
      @Nullable Integer eventLoops,
      @Nullable Duration acceptTimeout,
      @Nullable Duration waitMax,
      @Nullable Duration resultRetention) {
    return new IngressConfig(
        orDefault(unacknowledgedMax, 10000),
        orDefault(unacknowledgedBytesMax, 64L * 1024 * 1024),
        orDefault(waitingMax, 20000),
        orDefault(eventLoops, 2),
        orDefault(acceptTimeout, Duration.ofSeconds(10)),
        orDefault(waitMax, Duration.ofMinutes(10)),
        orDefault(resultRetention, Duration.ofDays(30)));
  }

  /** What holds where the file says nothing. */
  public static IngressConfig defaults() {
    return of(null, null, null, null, null, null, null);
  }
}
