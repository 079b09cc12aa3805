package io.millrace.workers.http;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.MediaConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.ProviderTimeouts;
import io.millrace.workers.CallReport;
import io.millrace.workers.CallSink;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapters;
import io.millrace.workers.openai.OpenAiKinds;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttemptRunnerTest {

  private static final String ANSWER =
      """
      {"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hey"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}""";
  private static final String CHUNK =
      "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}%s}]}\n\n";
  private static final ProviderTimeouts PATIENT = ProviderTimeouts.defaults();

  private final Vertx vertx = Vertx.vertx();
  private final CountDownLatch gone = new CountDownLatch(1);
  private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void shouldReplyWithTheBodyWhenTheProviderAnswers() throws Exception {
    // Given
    var runner = runner(PATIENT, r -> json(r, 200, ANSWER));
    var sink = new Recorded();
    // When
    runner.run(anAttempt().build(), sink);
    // Then
    var report = sink.report();
    assertThat(report.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(report.outcome())
        .isInstanceOfSatisfying(
            Outcome.Answer.class, answer -> assertThat(text(answer.body())).isEqualTo(ANSWER));
    assertThat(report.upstreamStatus()).hasValue(200);
    assertThat(report.firstByteMs()).hasValue(0);
    assertThat(bodies.poll(5, TimeUnit.SECONDS)).contains("\"model\":\"gpt-4o-mini\"");
    assertThat(runner.inFlight()).isZero();
  }

  @Test
  void shouldHandOutDeltasInOrderWhenStreaming() throws Exception {
    // Given
    var runner =
        runner(
            PATIENT,
            r -> {
              var response = eventStream(r);
              for (int i = 0; i < 600; i++) {
                response.write(CHUNK.formatted(""));
              }
              response.end(CHUNK.formatted(",\"finish_reason\":\"stop\"") + "data: [DONE]\n\n");
            });
    var sink = new Recorded();
    // When
    runner.run(anAttempt().setStream(true).build(), sink);
    // Then
    var report = sink.report();
    assertThat(report.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(report.deltas()).isEqualTo(601);
    assertThat(sink.sequences)
        .isEqualTo(IntStream.rangeClosed(1, 601).boxed().collect(Collectors.toList()));
  }

  @Test
  void shouldStopReadingWhenDeltasAreNotSafe() throws Exception {
    // Given
    var runner =
        runner(
            PATIENT,
            r -> {
              var response = eventStream(r);
              for (int i = 0; i < 20_000; i++) {
                response.write(CHUNK.formatted(""));
              }
              response.end(CHUNK.formatted(",\"finish_reason\":\"stop\"") + "data: [DONE]\n\n");
            });
    var sink = new Recorded();
    sink.safe = new CompletableFuture<>();
    // When
    runner.run(anAttempt().setStream(true).build(), sink);
    sink.someDeltas.await();
    sink.safe.complete(null);
    // Then
    assertThat(sink.report().deltas()).isEqualTo(20_001);
  }

  @Test
  void shouldEndAtDoneWhenTheProviderKeepsTheConnection() throws Exception {
    // Given
    var runner =
        runner(
            PATIENT,
            r ->
                eventStream(r)
                    .write(CHUNK.formatted(",\"finish_reason\":\"stop\"") + "data: [DONE]\n\n"));
    var sink = new Recorded();
    // When
    runner.run(anAttempt().setStream(true).build(), sink);
    // Then
    assertThat(sink.report().outcome().verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldSayCutStreamWhenTheConnectionGoesAfterADelta() throws Exception {
    // Given
    var runner =
        runner(
            PATIENT,
            r -> eventStream(r).write(CHUNK.formatted("")).onSuccess(v -> r.connection().close()));
    var sink = new Recorded();
    // When
    runner.run(anAttempt().setStream(true).build(), sink);
    // Then
    var report = sink.report();
    assertThat(report.outcome().verdict()).isEqualTo(Verdict.CUT_STREAM);
    assertThat(report.deltas()).isEqualTo(1);
    assertThat(report.upstreamStatus()).hasValue(200);
  }

  @Test
  void shouldTimeOutWhenNothingComes() throws Exception {
    // Given
    var runner = runner(timeouts(200, 30_000), r -> {});
    var sink = new Recorded();
    // When
    runner.run(anAttempt().build(), sink);
    // Then
    var report = sink.report();
    assertThat(report.outcome().verdict()).isEqualTo(Verdict.TIMEOUT);
    assertThat(report.upstreamStatus()).isEmpty();
    assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldGiveUpWhenAStreamFallsSilent() throws Exception {
    // Given
    var runner = runner(timeouts(30_000, 200), r -> eventStream(r).write(CHUNK.formatted("")));
    var sink = new Recorded();
    // When
    runner.run(anAttempt().setStream(true).build(), sink);
    // Then
    assertThat(sink.report().outcome().verdict()).isEqualTo(Verdict.CUT_STREAM);
  }

  @Test
  void shouldTimeOutWhenTheRequestsDeadlineComes() throws Exception {
    // Given
    var runner = runner(PATIENT, r -> {});
    var sink = new Recorded();
    // When
    runner.run(anAttempt().setDeadline(NOW.plusMillis(100)).build(), sink);
    // Then
    assertThat(sink.report().outcome().verdict()).isEqualTo(Verdict.TIMEOUT);
  }

  @Test
  void shouldCarryTheWishWhenRateLimited() throws Exception {
    // Given
    var runner =
        runner(
            PATIENT,
            r -> {
              r.response().putHeader("retry-after", "7");
              json(r, 429, "{\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}");
            });
    var sink = new Recorded();
    // When
    runner.run(anAttempt().build(), sink);
    // Then
    assertThat(sink.report().outcome())
        .isInstanceOfSatisfying(
            Outcome.Failure.class,
            failure -> {
              assertThat(failure.verdict()).isEqualTo(Verdict.RATE_LIMITED);
              assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
            });
  }

  @Test
  void shouldSayCancelledWhenCancelled() throws Exception {
    // Given
    var runner = runner(PATIENT, r -> bodies.add("called"));
    var sink = new Recorded();
    runner.run(anAttempt().build(), sink);
    bodies.poll(10, TimeUnit.SECONDS);
    // When
    boolean isFound = runner.cancel("req_0123.1");
    // Then
    assertThat(isFound).isTrue();
    assertThat(sink.report().outcome().verdict()).isEqualTo(Verdict.CANCELLED);
    assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(runner.cancel("req_0123.1")).isFalse();
  }

  @Test
  void shouldFailWhenTheAnswerIsTooLarge() throws Exception {
    // Given
    var large = "x".repeat(1024 * 1024);
    var runner =
        runner(
            PATIENT,
            r -> {
              var response = r.response().putHeader("content-type", "application/json");
              response.setChunked(true);
              for (int i = 0; i < 18; i++) {
                response.write(large);
              }
              response.end();
            });
    var sink = new Recorded();
    // When
    runner.run(anAttempt().build(), sink);
    // Then
    assertThat(sink.report().outcome())
        .isInstanceOfSatisfying(
            Outcome.Failure.class,
            f -> assertThat(f.error().code()).isEqualTo("upstream_answer_too_large"));
  }

  @Test
  void shouldSayUnreachableWhenNobodyListens() throws Exception {
    // Given
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    var runner = runnerAt(port, PATIENT);
    var sink = new Recorded();
    // When
    runner.run(anAttempt().build(), sink);
    // Then
    assertThat(sink.report().outcome())
        .isInstanceOfSatisfying(
            Outcome.Failure.class,
            f -> assertThat(f.error().code()).isEqualTo("upstream_unreachable"));
  }

  @Test
  void shouldRunAThousandAtOnceWhenAsked() throws Exception {
    // Given a provider that answers nobody until all have asked
    int count = 1000;
    var waiting = new ArrayList<HttpServerRequest>();
    var runner =
        runner(
            PATIENT,
            r -> {
              waiting.add(r);
              if (waiting.size() == count) {
                waiting.forEach(each -> json(each, 200, ANSWER));
              }
            });
    var sinks = new ArrayList<Recorded>();
    // When
    for (int i = 0; i < count; i++) {
      var sink = new Recorded();
      sinks.add(sink);
      runner.run(attempt(i), sink);
    }
    // Then
    for (var sink : sinks) {
      assertThat(sink.report().outcome().verdict()).isEqualTo(Verdict.COMPLETED);
    }
  }

  private static AttemptRequested attempt(int i) {
    return anAttempt().setAttemptId("req_" + i + ".1").setRequestId("req_" + i).build();
  }

  private static ProviderTimeouts timeouts(long firstByteMs, long idleMs) {
    return new ProviderTimeouts(
        Duration.ofSeconds(5),
        Duration.ofMillis(firstByteMs),
        Duration.ofMillis(idleMs),
        Duration.ofMinutes(1));
  }

  private AttemptRunner runner(ProviderTimeouts timeouts, Handler<HttpServerRequest> provider)
      throws Exception {
    var server =
        vertx
            .createHttpServer()
            .requestHandler(
                r -> {
                  r.connection().closeHandler(v -> gone.countDown());
                  r.bodyHandler(
                      body -> {
                        bodies.add(body.toString(StandardCharsets.UTF_8));
                        provider.handle(r);
                      });
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    return runnerAt(server.actualPort(), timeouts);
  }

  private AttemptRunner runnerAt(int port, ProviderTimeouts timeouts) {
    var provider =
        ProviderConfig.of("sim", "simulator", "http://127.0.0.1:" + port + "/v1")
            .withTimeouts(timeouts);
    var adapter = new ProviderAdapters(new OpenAiKinds().all()).adapterFor(provider);
    var media = new MediaFetcher(vertx, MediaConfig.defaults(), AddressResolver.system());
    return new AttemptRunner(vertx, EventLoops.of(vertx), provider, adapter, media, clock);
  }

  private static void json(HttpServerRequest request, int status, String body) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(body);
  }

  private static HttpServerResponse eventStream(HttpServerRequest request) {
    return request.response().putHeader("content-type", "text/event-stream").setChunked(true);
  }

  private static final class Recorded implements CallSink {
    private final List<Integer> sequences = new ArrayList<>();
    private final CompletableFuture<CallReport> end = new CompletableFuture<>();
    private final CountDownLatch someDeltas = new CountDownLatch(100);
    private CompletableFuture<Void> safe = CompletableFuture.completedFuture(null);

    @Override
    public void onDropped(List<String> parameters) {}

    @Override
    public CompletionStage<?> onDelta(int sequence, byte[] chunk, Instant at) {
      sequences.add(sequence);
      someDeltas.countDown();
      return safe;
    }

    @Override
    public void onReplied(CallReport report) {
      end.complete(report);
    }

    CallReport report() throws Exception {
      return end.get(20, TimeUnit.SECONDS);
    }
  }
}
