package io.millrace.workers.contract;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.MediaConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.Behaviour;
import io.millrace.simulator.script.SimulatorScript;
import io.millrace.workers.CallReport;
import io.millrace.workers.CallSink;
import io.millrace.workers.Outcome;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.http.AddressResolver;
import io.millrace.workers.http.AttemptRunner;
import io.millrace.workers.http.EventLoops;
import io.millrace.workers.http.MediaFetcher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A simulator and an adapter that is run against it as in production, over HTTP. */
final class ContractBench implements AutoCloseable {

  private static final String KEY = "key-right";
  private static final AtomicInteger REQUESTS = new AtomicInteger();

  private final ContractSubject subject;
  private final Vertx vertx = Vertx.vertx();
  private final Simulator simulator;
  private List<String> keys = List.of(KEY);
  private UnsupportedParameters unsupported = UnsupportedParameters.DROP;

  /**
   * What came of an attempt.
   *
   * @param deltas as handed out
   * @param dropped names of fields the adapter left out
   */
  record Run(CallReport report, List<JsonNode> deltas, List<String> dropped) {

    Outcome outcome() {
      return report.outcome();
    }

    /** The answer's body; fails when there is no answer. */
    JsonNode body() {
      return switch (outcome()) {
        case Outcome.Answer answer -> json(text(answer.body()));
        case Outcome.Failure failure ->
            throw new AssertionError(failure.verdict() + ": " + failure.error().message());
      };
    }

    JsonNode choice() {
      return body().path("choices").path(0);
    }

    String content() {
      return choice().path("message").path("content").asText();
    }

    Outcome.Failure failure() {
      return switch (outcome()) {
        case Outcome.Answer answer -> throw new AssertionError("was answered: " + answer);
        case Outcome.Failure failure -> failure;
      };
    }
  }

  private ContractBench(ContractSubject subject) {
    this.subject = subject;
    this.simulator = await(Simulator.start(vertx, "127.0.0.1", 0, 1));
  }

  static ContractBench of(ContractSubject subject) {
    return of(subject, behaviour -> behaviour);
  }

  static ContractBench of(ContractSubject subject, UnaryOperator<Behaviour> change) {
    var bench = new ContractBench(subject);
    bench.script(SimulatorScript.defaults().withRequiredKey(KEY).withBehaviour(change));
    return bench;
  }

  void script(SimulatorScript script) {
    simulator.script(script);
  }

  Simulator simulator() {
    return simulator;
  }

  ContractBench withKeys(String... wanted) {
    keys = List.of(wanted);
    return this;
  }

  ContractBench rejecting() {
    unsupported = UnsupportedParameters.REJECT;
    return this;
  }

  /** A chat request that a client would send, with more fields when wanted. */
  static ObjectNode chat(String more) {
    return json(
        """
        {"model":"fast","messages":[{"role":"system","content":"Be brief."},
         {"role":"user","content":"How does a mill work?"}]%s}"""
            .formatted(more.isEmpty() ? "" : "," + more));
  }

  Run run(String more) {
    return run(chat(more));
  }

  Run stream(String more) {
    return run(chat("\"stream\":true" + (more.isEmpty() ? "" : "," + more)));
  }

  Run run(ObjectNode body) {
    return run("/v1/chat/completions", subject.chatModel(), body);
  }

  Run embed(String input, String more) {
    var body =
        "{\"model\":\"vectors\",\"input\":%s%s}".formatted(input, more.isEmpty() ? "" : "," + more);
    return run("/v1/embeddings", subject.embeddingsModel(), json(body));
  }

  Run run(String endpoint, String model, ObjectNode body) {
    var requestId = "req_contract" + REQUESTS.incrementAndGet();
    var attempt =
        anAttempt()
            .setAttemptId(requestId + ".1")
            .setRequestId(requestId)
            .setEndpoint(endpoint)
            .setModel(model)
            .setStream(body.path("stream").asBoolean())
            .setBody(ByteBuffer.wrap(Json.bytes(body)))
            .build();
    return run(attempt);
  }

  Run run(AttemptRequested attempt) {
    ProviderConfig config =
        subject.config(simulator.rootUrl(), keys).withUnsupportedParameters(unsupported);
    var clock = Clock.fixed(NOW, ZoneOffset.UTC);
    var media = new MediaFetcher(vertx, MediaConfig.defaults(), AddressResolver.system());
    var sink = new Recorded();
    try (media;
        var runner =
            new AttemptRunner(
                vertx, EventLoops.of(vertx), config, subject.adapter(config), media, clock)) {
      runner.run(attempt, sink);
      var report = sink.end.orTimeout(20, TimeUnit.SECONDS).join();
      return new Run(report, List.copyOf(sink.deltas), List.copyOf(sink.dropped));
    }
  }

  static ObjectNode json(String text) {
    try {
      return (ObjectNode) Json.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not an object: " + text, e);
    }
  }

  @Override
  public void close() {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static final class Recorded implements CallSink {
    private final List<JsonNode> deltas = new ArrayList<>();
    private final List<String> dropped = new ArrayList<>();
    private final CompletableFuture<CallReport> end = new CompletableFuture<>();

    @Override
    public void onDropped(List<String> parameters) {
      dropped.addAll(parameters);
    }

    @Override
    public CompletionStage<?> onDelta(int sequence, byte[] chunk, Instant at) {
      try {
        deltas.add(Json.MAPPER.readTree(chunk));
      } catch (IOException e) {
        end.completeExceptionally(e);
      }
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onReplied(CallReport report) {
      end.complete(report);
    }
  }
}
