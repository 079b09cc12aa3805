package io.millrace.benchmarks;

import java.io.IOException;
import java.time.Duration;

/** As many callers as connections, each calling again as soon as it is answered. */
interface ClosedLoop {

  LoadResult run(Target target, int connections, Duration time)
      throws IOException, InterruptedException;

  /** What makes the load, for the report. */
  String name();

  /** {@code wrk} where it is installed, as it leaves the most of the machine to the product. */
  static ClosedLoop best() {
    return WrkLoop.find().map(ClosedLoop.class::cast).orElseGet(VertxLoop::new);
  }
}
