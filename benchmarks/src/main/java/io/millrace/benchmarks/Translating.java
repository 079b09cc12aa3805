package io.millrace.benchmarks;

import io.millrace.bootstrap.ConfigLoader;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Lane;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.SimulatorScript;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ProviderAdapters;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One adapter at work on a chat request of 4 KiB and an answer of about 4 KiB. The answer is what
 * the simulator really sends in the provider's wire form.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
// JMH fills what is not set here.
@SuppressWarnings("NullAway.Init")
public class Translating {

  /** Kinds of hosts that have no usual address. */
  private static final Set<String> NAMELESS =
      Set.of("openai-compatible", "simulator", "azure-openai", "vllm");

  private static final int BODY_BYTES = 4096;
  private static final int ANSWER_WORDS = 800;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /** A kind of provider. */
  @Param("openai")
  public String kind;

  private ProviderAdapter adapter;
  private AttemptRequested attempt;
  private ResponseHead head;
  private byte[] answer;

  @Setup
  public void prepare() throws Exception {
    var vertx = Vertx.vertx();
    var simulator =
        Simulator.start(
                vertx,
                "127.0.0.1",
                0,
                1,
                SimulatorScript.defaults().withBehaviour(b -> b.withOutputTokens(ANSWER_WORDS)))
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    adapter = adapter(kind, simulator.rootUrl());
    attempt = attempt(Target.chat(BODY_BYTES));
    var response =
        HttpClient.newHttpClient()
            .send(request(adapter.baseUrl(), call().http()), BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(kind + " answered " + response.statusCode());
    }
    answer = response.body();
    head = new ResponseHead(200, name -> response.headers().firstValue(name), NOW);
    if (!(reply() instanceof Outcome.Answer)) {
      throw new IllegalStateException(kind + " is not understood: " + reply());
    }
    simulator.close().toCompletionStage().toCompletableFuture().get();
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  /** From the attempt to what is sent. */
  @Benchmark
  public HttpCall request() {
    return call().http();
  }

  /** From the provider's bytes to what the client gets. */
  @Benchmark
  public Outcome reply() {
    var reader = call().reader().get();
    reader.onHead(head);
    reader.onBytes(answer, delta -> {});
    return reader.onEnd(delta -> {});
  }

  private Translation.Call call() {
    return switch (adapter.translate(attempt, NOW)) {
      case Translation.Calls calls -> calls.calls().getFirst();
      case Translation.MediaWanted wanted -> throw new IllegalStateException(kind + " fetches");
      case Translation.Refused refused ->
          throw new IllegalStateException(kind + ": " + refused.failure().error().message());
    };
  }

  /** The kind at the simulator, whose paths are those of the real providers. */
  private static ProviderAdapter adapter(String kind, String simulator) {
    var adapters = ProviderAdapters.installed();
    var path =
        NAMELESS.contains(kind)
            ? "/v1"
            : adapters.adapterFor(provider(kind, "")).baseUrl().getRawPath();
    return adapters.adapterFor(provider(kind, simulator + path));
  }

  /** What one kind needs does not trouble another. */
  private static ProviderConfig provider(String kind, String baseUrl) {
    return new ConfigLoader(Map.of())
        .parse(
            """
            {name: bench, kind: %s, baseUrl: "%s", apiKey: bench-key, region: us-east-1, project: bench}
            """
                .formatted(kind, baseUrl),
            "bench",
            ProviderConfig.class);
  }

  private static HttpRequest request(URI base, HttpCall call) {
    var body = new byte[call.body().remaining()];
    call.body().duplicate().get(body);
    var request =
        HttpRequest.newBuilder(URI.create(base + call.path()))
            .method(call.method(), BodyPublishers.ofByteArray(body));
    call.headers().forEach(request::header);
    return request.build();
  }

  /** A chat attempt with this body. */
  static AttemptRequested attempt(String body) {
    return AttemptRequested.newBuilder()
        .setAttemptId("req_0.1")
        .setRequestId("req_0")
        .setAccount("bench")
        .setNumber(1)
        .setProvider("bench")
        .setModel("gpt-4o-mini")
        .setEndpoint("/v1/chat/completions")
        .setLane(Lane.STANDARD)
        .setStream(false)
        .setWrittenAt(NOW)
        .setStartBy(NOW)
        .setInputTokensEstimated(1000)
        .setBody(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)))
        .build();
  }
}
