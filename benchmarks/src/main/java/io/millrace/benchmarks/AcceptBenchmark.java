package io.millrace.benchmarks;

import io.millrace.testkit.Directories;
import io.millrace.testkit.InMemoryRegistry;
import io.millrace.testkit.MillraceProcess;
import io.millrace.testkit.ProductCommand;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;

/** How much of what the broker can take ingress can accept. */
final class AcceptBenchmark implements Benchmark {

  private static final String KEY = "bench-key-0123456789";

  /** The bare server has little to compile. */
  private static final Duration BARE_WARM_UP = Duration.ofSeconds(15);

  @Override
  public String name() {
    return "accept";
  }

  @Override
  public String about() {
    return "Accepted requests per second (respond-async, 1 KiB, acks=all, auth on), ingress and"
        + " broker running, against a bare Vert.x server that only produces to the same broker";
  }

  @Override
  public Report run(Options options) throws IOException, InterruptedException {
    var home = Directories.repository();
    var directory = Files.createTempDirectory("millrace-bench");
    try (var broker = JavaChild.broker(home, directory.resolve("kafka"));
        var registry = InMemoryRegistry.start();
        var bare = JavaChild.bareServer(broker.address());
        var ingress = ingress(directory, broker.address(), registry.url())) {
      return measure(options, broker, bare, ingress);
    } finally {
      Directories.delete(directory);
    }
  }

  private static MillraceProcess ingress(Path directory, String kafka, String registry)
      throws IOException {
    var config = Files.writeString(directory.resolve("ingress.yaml"), config(kafka, registry, KEY));
    var data = directory.resolve("ingress");
    return MillraceProcess.up(
        ProductCommand.of("ingress", "--config", config.toString(), "--data", data.toString()),
        data);
  }

  private Report measure(Options options, JavaChild broker, JavaChild bare, MillraceProcess ingress)
      throws IOException, InterruptedException {
    var load = ClosedLoop.best();
    int connections = options.connections(64);
    var time = options.time(10);
    var ours = Target.accepted(ingress.http(), KEY);
    var theirs = new Target(URI.create(bare.address()), "", ours.body(), "", 202);
    long[] pids = {broker.pid(), bare.pid(), ingress.process().pid()};
    load.run(ours, connections, WaitingBenchmark.WARM_UP);
    load.run(theirs, connections, BARE_WARM_UP);

    var report =
        Report.of(
            this, "round", "ingress/s", "p50 ms", "p99 ms", "bare/s", "p50 ms", "p99 ms", "failed");
    var ourRates = new ArrayList<Double>();
    var theirRates = new ArrayList<Double>();
    for (int round = 1; round <= options.rounds(5); round++) {
      Quiet.await(pids);
      var a = load.run(ours, connections, time);
      Quiet.await(pids);
      var b = load.run(theirs, connections, time);
      ourRates.add(a.perSecond());
      theirRates.add(b.perSecond());
      report =
          report.row(
              round,
              Figures.whole(a.perSecond()),
              Figures.ms(a.p50Ms()),
              Figures.ms(a.p99Ms()),
              Figures.whole(b.perSecond()),
              Figures.ms(b.p50Ms()),
              Figures.ms(b.p99Ms()),
              a.failed() + b.failed());
    }
    double median = Figures.median(ourRates);
    double bareMedian = Figures.median(theirRates);
    return report.note(
        "Medians: %s/s of %s/s, ratio **%s** (at least 0.60, goal 0.80). %d connections, %d s each, load by %s."
            .formatted(
                Figures.whole(median),
                Figures.whole(bareMedian),
                Figures.ratio(median / bareMedian),
                connections,
                time.toSeconds(),
                load.name()));
  }

  private static String config(String kafka, String registry, String key) {
    return """
      http: {port: 0, managementPort: 0}
      kafka: {bootstrapServers: "%s"}
      schemaRegistry: {embedded: false, url: "%s"}
      providers:
        - {name: nobody, kind: simulator, baseUrl: "http://127.0.0.1:9/v1"}
      routes:
        - {model: gpt-4o-mini, targets: [{provider: nobody, model: gpt-4o-mini}]}
      accounts:
        - id: bench
          keys: [{name: bench, secret: "%s"}]
      prices:
        - {provider: nobody, model: gpt-4o-mini, inputUsdPerMTok: "0.15", outputUsdPerMTok: "0.60"}
      """
        .formatted(kafka, registry, key);
  }
}
