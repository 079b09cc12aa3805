package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How batches are taken in.
 *
 * @param linesMax most lines of one batch; default 1000000
 * @param linesAheadMax lines of one batch that may wait in the dispatcher at once, so that its
 *     state does not grow with the batch; default 20000
 * @param windowMin shortest completion_window; default PT10M
 * @param windowMax longest completion_window; default P7D
 */
public record BatchesConfig(
    int linesMax, int linesAheadMax, Duration windowMin, Duration windowMax) {

  public BatchesConfig {
    positive(linesMax, "batches.linesMax");
    positive(linesAheadMax, "batches.linesAheadMax");
    positive(windowMin, "batches.windowMin");
    positive(windowMax, "batches.windowMax");
  }

  @JsonCreator
  static BatchesConfig of(
      @Nullable Integer linesMax,
      @Nullable Integer linesAheadMax,
      @Nullable Duration windowMin,
      @Nullable Duration windowMax) {
    return new BatchesConfig(
        orDefault(linesMax, 1_000_000),
        orDefault(linesAheadMax, 20_000),
        orDefault(windowMin, Duration.ofMinutes(10)),
        orDefault(windowMax, Duration.ofDays(7)));
  }

  /** What holds where the file says nothing. */
  public static BatchesConfig defaults() {
    return of(null, null, null, null);
  }
}
