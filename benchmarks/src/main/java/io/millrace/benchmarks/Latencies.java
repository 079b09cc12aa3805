package io.millrace.benchmarks;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/** A histogram of microseconds as a result. */
final class Latencies {

  private Latencies() {}

  static LoadResult result(Histogram micros, long failed, Duration time) {
    return new LoadResult(
        micros.getTotalCount() * 1e3 / time.toMillis(),
        failed,
        micros.getValueAtPercentile(50) / 1e3,
        micros.getValueAtPercentile(90) / 1e3,
        micros.getValueAtPercentile(99) / 1e3);
  }
}
