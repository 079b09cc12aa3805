package io.millrace.benchmarks;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.MediaConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.testkit.SimulatorProcess;
import io.millrace.workers.CallReport;
import io.millrace.workers.CallSink;
import io.millrace.workers.ProviderAdapters;
import io.millrace.workers.http.AddressResolver;
import io.millrace.workers.http.AttemptRunner;
import io.millrace.workers.http.EventLoops;
import io.millrace.workers.http.MediaFetcher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** How much later than the provider's own a streamed answer's first piece is there. */
final class FirstDeltaBenchmark implements Benchmark {

  private static final int WARM_UP_CALLS = 300;
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "first-delta";
  }

  @Override
  public String about() {
    return "Time to the first piece of a streamed chat call, one call at a time, simulator"
        + " answering at once: asked directly, through a worker's adapter, and through everything";
  }

  @Override
  public Report run(Options options) throws Exception {
    int calls = options.requests(500);
    var vertx = Vertx.vertx();
    try (var simulator = SimulatorProcess.start();
        var product = Product.start()) {
      var direct = caller(vertx, URI.create(simulator.url()), "");
      var whole = caller(vertx, product.process().http(), Product.KEY);
      var worker = worker(vertx, simulator);
      measure(direct, WARM_UP_CALLS);
      measure(worker, WARM_UP_CALLS);
      measure(whole, WARM_UP_CALLS);
      var report = Report.of(this, "way", "p50 ms", "p99 ms", "beyond direct p50");
      var alone = measure(direct, calls);
      report = row(report, "directly", alone, alone);
      report = row(report, "through a worker's adapter", measure(worker, calls), alone);
      report = row(report, "through everything", measure(whole, calls), alone);
      return report.note(
          "%d calls each. A worker may add 5 ms p50, everything 20 ms p50.".formatted(calls));
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  private static Report row(Report report, String way, Histogram micros, Histogram alone) {
    double p50 = micros.getValueAtPercentile(50) / 1e3;
    return report.row(
        way,
        Figures.ms(p50),
        Figures.ms(micros.getValueAtPercentile(99) / 1e3),
        Figures.ms(p50 - alone.getValueAtPercentile(50) / 1e3));
  }

  /**
   * @param firstPiece makes a call; done when its first piece is there
   */
  private static Histogram measure(Supplier<CompletableFuture<Long>> firstPiece, int calls)
      throws InterruptedException, ExecutionException, TimeoutException {
    var micros = new Histogram(3);
    for (int i = 0; i < calls; i++) {
      long begin = System.nanoTime();
      long at = firstPiece.get().get(CALL_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      micros.recordValue((at - begin) / 1_000);
    }
    return micros;
  }

  private static String streamed() {
    return Target.chat(1024).replaceFirst("\\{", "{\"stream\":true,");
  }

  private static Supplier<CompletableFuture<Long>> caller(Vertx vertx, URI base, String key) {
    HttpClient http = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(4));
    var request =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(base.getHost())
            .setPort(base.getPort())
            .setURI("/v1/chat/completions")
            .putHeader("content-type", "application/json")
            .putHeader("authorization", "Bearer " + key);
    var body = Buffer.buffer(streamed());
    return () -> {
      var first = new CompletableFuture<Long>();
      http.request(request)
          .compose(ready -> ready.send(body))
          .compose(response -> pieces(response, first))
          .onFailure(first::completeExceptionally);
      return first;
    };
  }

  /** Done with the first chunk that carries a choice; the rest is read and dropped. */
  private static Future<Void> pieces(HttpClientResponse response, CompletableFuture<Long> first) {
    response.handler(
        bytes -> {
          if (bytes.toString().contains("\"choices\"")) {
            first.complete(System.nanoTime());
          }
        });
    return response.end();
  }

  private static Supplier<CompletableFuture<Long>> worker(Vertx vertx, SimulatorProcess simulator)
      throws IOException {
    var provider = ProviderConfig.of("simulator", "openai", simulator.openAiUrl());
    var runner =
        new AttemptRunner(
            vertx,
            EventLoops.of(vertx),
            provider,
            ProviderAdapters.installed().adapterFor(provider),
            new MediaFetcher(vertx, MediaConfig.defaults(), AddressResolver.system()),
            Clock.systemUTC());
    var number = new int[1];
    return () -> {
      var first = new CompletableFuture<Long>();
      runner.run(attempt(number[0]++), new FirstOnly(first));
      return first;
    };
  }

  private static AttemptRequested attempt(int number) {
    return AttemptRequested.newBuilder(Translating.attempt(streamed()))
        .setAttemptId("req_" + number + ".1")
        .setStream(true)
        .build();
  }

  /** Hears the first piece. */
  private record FirstOnly(CompletableFuture<Long> first) implements CallSink {

    @Override
    public void onDropped(List<String> parameters) {}

    @Override
    public CompletionStage<?> onDelta(int sequence, byte[] chunk, Instant at) {
      first.complete(System.nanoTime());
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onReplied(CallReport report) {
      first.completeExceptionally(new IllegalStateException("no piece: " + report.outcome()));
    }
  }
}
