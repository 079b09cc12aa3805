package io.millrace.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;

/** How many calls go all the way and back. */
final class WaitingBenchmark implements Benchmark {

  private static final int[] CONNECTIONS = {64, 256};

  /** Until the compilers of all processes have come to rest on two cores. */
  static final Duration WARM_UP = Duration.ofSeconds(75);

  @Override
  public String name() {
    return "waiting";
  }

  @Override
  public String about() {
    return "Waiting chat calls (1 KiB) through everything, simulator answering at once, all on the"
        + " machine";
  }

  @Override
  public Report run(Options options) throws IOException, InterruptedException {
    var load = ClosedLoop.best();
    var time = options.time(20);
    int rounds = options.rounds(3);
    var report =
        Report.of(
            this, "connections", "requests/s", "lowest", "p50 ms", "p90 ms", "p99 ms", "failed");
    try (var product = Product.start()) {
      var target = Target.waiting(product.process().http(), Product.KEY);
      load.run(target, options.connections(CONNECTIONS[0]), WARM_UP);
      int[] all =
          options.numbers().containsKey("--connections")
              ? new int[] {options.connections(0)}
              : CONNECTIONS;
      for (int connections : all) {
        var results = new ArrayList<LoadResult>();
        for (int round = 0; round < rounds; round++) {
          results.add(load.run(target, connections, time));
        }
        report =
            report.row(
                connections,
                Figures.whole(Figures.median(results.stream().map(LoadResult::perSecond).toList())),
                Figures.whole(results.stream().mapToDouble(LoadResult::perSecond).min().orElse(0)),
                Figures.ms(Figures.median(results.stream().map(LoadResult::p50Ms).toList())),
                Figures.ms(Figures.median(results.stream().map(LoadResult::p90Ms).toList())),
                Figures.ms(Figures.median(results.stream().map(LoadResult::p99Ms).toList())),
                results.stream().mapToLong(LoadResult::failed).sum());
      }
    }
    return report.note(
        "Medians of %d runs of %d s; at least 1,200/s, goal 3,000/s. Load by %s."
            .formatted(rounds, time.toSeconds(), load.name()));
  }
}
