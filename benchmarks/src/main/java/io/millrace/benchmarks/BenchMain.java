package io.millrace.benchmarks;

import io.millrace.testkit.Directories;
import java.util.List;

/** {@code BenchMain NAME... [--rounds N] [--seconds N] [--connections N]}: runs benchmarks. */
public final class BenchMain {

  private static final List<Benchmark> ALL =
      List.of(
          new AcceptBenchmark(),
          new WaitingBenchmark(),
          new OverheadBenchmark(),
          new StagesBenchmark(),
          new BacklogBenchmark(),
          new BatchBenchmark(),
          new UploadBenchmark(),
          new InFlightBenchmark(),
          new TranslateBenchmark(),
          new FirstDeltaBenchmark(),
          new FloorBenchmark());

  private BenchMain() {}

  public static void main(String[] args) throws Exception {
    Options options;
    try {
      options = Options.parse(List.of(args));
    } catch (IllegalArgumentException e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(2);
      return;
    }
    var chosen = ALL.stream().filter(b -> options.names().contains(b.name())).toList();
    if (chosen.isEmpty() || chosen.size() < options.names().size()) {
      System.err.println("usage: bench NAME... [--rounds N] [--seconds N] [--connections N]");
      ALL.forEach(b -> System.err.println("  " + b.name() + "  " + b.about()));
      System.exit(options.names().isEmpty() ? 0 : 2);
    }
    var page = ResultsPage.of(Directories.repository().resolve("docs").resolve("benchmarks.md"));
    for (var benchmark : chosen) {
      var report = benchmark.run(options);
      System.out.println(report.text());
      page.put(report);
    }
    // Vert.x and HTTP clients leave threads behind that nobody needs any more.
    System.exit(0);
  }
}
