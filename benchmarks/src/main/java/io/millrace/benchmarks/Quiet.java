package io.millrace.benchmarks;

import java.time.Duration;
import java.util.stream.LongStream;

/** Waits until processes have done what the last load left them to do. */
final class Quiet {

  private static final Duration LOOK = Duration.ofMillis(500);
  private static final double BUSY_SHARE_MAX = 0.15;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private Quiet() {}

  /** Returns once the processes together use next to nothing of a core. */
  static void await(long... pids) {
    var last = new Duration[] {used(pids)};
    var quietLooks = new int[1];
    org.awaitility.Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(LOOK)
        .pollInterval(LOOK)
        .until(
            () -> {
              var now = used(pids);
              double share = (double) now.minus(last[0]).toNanos() / LOOK.toNanos();
              last[0] = now;
              quietLooks[0] = share < BUSY_SHARE_MAX ? quietLooks[0] + 1 : 0;
              return quietLooks[0] >= 4;
            });
  }

  private static Duration used(long... pids) {
    return LongStream.of(pids)
        .mapToObj(ProcessHandle::of)
        .flatMap(java.util.Optional::stream)
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }
}
