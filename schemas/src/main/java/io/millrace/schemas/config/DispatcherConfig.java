package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Pace and limits of the dispatcher.
 *
 * @param commitInterval how often decisions are committed: the latency of every hop through it;
 *     default PT0.01S
 * @param threads threads, at most one for each partition of llm.requests; default 1
 * @param deadlineDefault a request without a deadline expires after; default PT24H
 * @param windowMax most attempts written ahead and not yet started, for each partition, provider
 *     and lane; default 2000
 * @param startWithin a worker must start an attempt within, else it is written again; default PT10S
 * @param heartbeatTimeout a worker silent for so long is dead and its calls are in doubt; default
 *     PT10S
 * @param doubtRetention how long a late reply of a call in doubt is waited for; default P1D
 */
public record DispatcherConfig(
    Duration commitInterval,
    int threads,
    Duration deadlineDefault,
    int windowMax,
    Duration startWithin,
    Duration heartbeatTimeout,
    Duration doubtRetention) {

  public DispatcherConfig {
    positive(commitInterval, "dispatcher.commitInterval");
    positive(threads, "dispatcher.threads");
    positive(deadlineDefault, "dispatcher.deadlineDefault");
    positive(windowMax, "dispatcher.windowMax");
    positive(startWithin, "dispatcher.startWithin");
    positive(heartbeatTimeout, "dispatcher.heartbeatTimeout");
    positive(doubtRetention, "dispatcher.doubtRetention");
  }

  @JsonCreator
  static DispatcherConfig of(
      @Nullable Duration commitInterval,
      @Nullable Integer threads,
      @Nullable Duration deadlineDefault,
      @Nullable Integer windowMax,
      @Nullable Duration startWithin,
      @Nullable Duration heartbeatTimeout,
      @Nullable Duration doubtRetention) {
    return new DispatcherConfig(
        orDefault(commitInterval, Duration.ofMillis(10)),
        orDefault(threads, 1),
        orDefault(deadlineDefault, Duration.ofHours(24)),
        orDefault(windowMax, 2000),
        orDefault(startWithin, Duration.ofSeconds(10)),
        orDefault(heartbeatTimeout, Duration.ofSeconds(10)),
        orDefault(doubtRetention, Duration.ofDays(1)));
  }

  /** What holds where the file says nothing. */
  public static DispatcherConfig defaults() {
    return of(null, null, null, null, null, null, null);
  }
}
