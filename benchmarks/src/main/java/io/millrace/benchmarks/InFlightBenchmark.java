package io.millrace.benchmarks;

import io.millrace.testkit.MillraceProcess;
import io.millrace.testkit.SimulatorProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;

/** What it costs that many calls are in flight at once. */
final class InFlightBenchmark implements Benchmark {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final double NEARLY_ALL = 0.99;

  @Override
  public String name() {
    return "inflight";
  }

  @Override
  public String about() {
    return "Calls in flight at once to a provider that takes 30 s, all services in one process:"
        + " heap after a collection while they are, and threads";
  }

  @Override
  public Report run(Options options) throws IOException, InterruptedException {
    int calls = options.requests(10_000);
    var report =
        Report.of(
            this, "in flight", "threads before", "threads", "heap before", "heap", "reached in");
    try (var simulator = SimulatorProcess.start();
        var product = Product.start(Optional.of(config(simulator.openAiUrl(), calls)))) {
      simulator.script("{\"latency\": {\"kind\": \"fixed\", \"ms\": 30000}}");
      // Connections, buffers and classes come with the first calls.
      Bulk.submit(product.process(), 0, 100);
      awaitAnswers(simulator, 100);
      int threadsBefore = threads(product.process());
      double heapBefore = Heap.afterCollection(product.process());
      long begin = System.nanoTime();
      Bulk.submit(product.process(), 100, 100 + calls);
      awaitInFlight(simulator, calls);
      var reached = Duration.ofNanos(System.nanoTime() - begin);
      double heap = Heap.afterCollection(product.process());
      report =
          report.row(
              Figures.whole(simulator.stats().path("inFlight").asInt()),
              threadsBefore,
              threads(product.process()),
              Figures.mebibytes(heapBefore),
              Figures.mebibytes(heap),
              Figures.seconds(reached));
      awaitAnswers(simulator, 100 + calls);
    }
    return report.note("10,000 within 1 GiB of heap (-Xmx1g) and no thread per call is the goal.");
  }

  private static void awaitInFlight(SimulatorProcess simulator, int calls) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> simulator.stats().path("inFlight").asInt() >= calls * NEARLY_ALL);
  }

  private static void awaitAnswers(SimulatorProcess simulator, int calls) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> simulator.stats().path("calls").asInt() >= calls);
  }

  private static int threads(MillraceProcess process) throws IOException {
    try (var tasks = Files.list(Path.of("/proc", "" + process.process().pid(), "task"))) {
      return (int) tasks.count();
    }
  }

  private static String config(String simulatorUrl, int calls) {
    return """
      http: {port: 0, managementPort: 0}
      kafka: {embedded: true, port: 0}
      schemaRegistry: {embedded: true, port: 0}
      providers:
        - {name: slow, kind: simulator, baseUrl: "%s", limits: {concurrencyMax: %d}}
      routes:
        - {model: gpt-4o-mini, targets: [{provider: slow, model: gpt-4o-mini}]}
      prices:
        - {provider: slow, model: gpt-4o-mini, inputUsdPerMTok: "0.15", outputUsdPerMTok: "0.60"}
      accounts:
        - {id: bench, keys: [{name: bench, secret: "%s"}], limits: {inFlightMax: %d}}
      """
        .formatted(simulatorUrl, calls, Product.KEY, calls);
  }
}
