package io.millrace.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a waiting call costs in time beyond the provider's own. */
final class OverheadBenchmark implements Benchmark {

  private static final int[] RATES = {100, 1_000};
  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final int WARM_CONNECTIONS = 64;

  @Override
  public String name() {
    return "overhead";
  }

  @Override
  public String about() {
    return "Latency of a waiting chat call (1 KiB) beyond that of the simulator, which answers at"
        + " once; calls at a fixed rate, latency counted from the moment each was due";
  }

  @Override
  public Report run(Options options) throws IOException, InterruptedException {
    var time = options.time(30);
    int rounds = options.rounds(3);
    var report =
        Report.of(
            this,
            "rate",
            "p50 ms",
            "p99 ms",
            "simulator p50",
            "p99",
            "overhead p50",
            "p99",
            "failed");
    try (var product = Product.start()) {
      var whole = Target.waiting(product.process().http(), Product.KEY);
      var direct = Target.waiting(product.process().simulator().orElseThrow(), Product.KEY);
      ClosedLoop.best().run(whole, WARM_CONNECTIONS, WaitingBenchmark.WARM_UP);
      for (int rate : RATES) {
        var through = runs(whole, rate, rounds, time);
        var beside = runs(direct, rate, rounds, time);
        double p50 = median(through, 50);
        double p99 = median(through, 99);
        report =
            report.row(
                Figures.whole(rate) + "/s",
                Figures.ms(p50),
                Figures.ms(p99),
                Figures.ms(median(beside, 50)),
                Figures.ms(median(beside, 99)),
                Figures.ms(p50 - median(beside, 50)),
                Figures.ms(p99 - median(beside, 99)),
                through.stream().mapToLong(LoadResult::failed).sum());
      }
    }
    return report.note(
        ("Medians of %d runs of %d s. At 100/s at most 30 / 120 ms, goal 20 / 80; at 1,000/s the"
                + " goal is 30 / 120.")
            .formatted(rounds, time.toSeconds()));
  }

  private static List<LoadResult> runs(Target target, int rate, int rounds, Duration time)
      throws InterruptedException {
    var results = new ArrayList<LoadResult>();
    for (int round = 0; round < rounds; round++) {
      results.add(OpenLoop.run(target, rate, WARM_UP, time));
    }
    return results;
  }

  private static double median(List<LoadResult> results, int percentile) {
    return Figures.median(
        results.stream().map(r -> percentile == 50 ? r.p50Ms() : r.p99Ms()).toList());
  }
}
