package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.MODEL;
import static io.millrace.simulator.RunningSimulator.chat;
import static io.millrace.simulator.RunningSimulator.frames;
import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.script.Behaviour;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.RateLimit;
import io.millrace.simulator.script.SimulatorScript;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsTest {
  private RunningSimulator running;

  @BeforeEach
  void start() {
    running = new RunningSimulator(SimulatorScript.defaults());
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private void script(UnaryOperator<Behaviour> change) {
    running.simulator().script(SimulatorScript.defaults().withBehaviour(change));
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void shouldAnswerWithErrorWhenScripted() {
    // Given
    var text = new ErrorRule.Text("teapot_error", "short", "I am a teapot.");
    script(b -> b.withErrors(ErrorRule.always(418).withText(text).withHeader("x-kind", "pot")));
    // When
    var response = running.postChat(chat("Hi"));
    // Then
    assertThat(response.statusCode()).isEqualTo(418);
    assertThat(header(response, "x-kind")).isEqualTo("pot");
    assertThat(json(response))
        .isEqualTo(
            json(
                """
                {"error":{"message":"I am a teapot.","type":"teapot_error","param":null,
                 "code":"short"}}
                """));
    assertThat(running.simulator().stats().outcomes().failed()).isEqualTo(1);
  }

  @Test
  void shouldUseUsualErrorTextWhenScriptHasNone() {
    // Given
    script(b -> b.withErrors(ErrorRule.always(503)));
    // When
    JsonNode error = json(running.postChat(chat("Hi", ",\"stream\":true"))).path("error");
    // Then
    assertThat(error.path("type").asText()).isEqualTo("service_unavailable_error");
    assertThat(error.path("code").asText()).isEqualTo("server_is_overloaded");
  }

  @Test
  void shouldSucceedAfterFirstCallsWhenBodyIsRepeated() {
    // Given
    script(b -> b.withErrors(ErrorRule.always(500).withFirstCalls(2)));
    // When
    var statuses =
        Stream.of("a", "b", "a", "a", "b", "b")
            .map(prompt -> running.postChat(chat(prompt)).statusCode())
            .toList();
    // Then
    assertThat(statuses).containsExactly(500, 500, 500, 200, 500, 200);
  }

  @Test
  void shouldFailItsShareOfCallsWhenErrorsHaveProbabilities() {
    // Given
    script(
        b ->
            b.withErrors(
                ErrorRule.always(500).withProbability(0.25),
                ErrorRule.always(429).withProbability(0.25)));
    // When
    IntStream.range(0, 400).forEach(i -> running.postChat(chat("prompt " + i)));
    // Then
    var stats = running.simulator().stats();
    assertThat(stats.outcomes().failed()).isBetween(60L, 140L);
    assertThat(stats.outcomes().rateLimited()).isBetween(60L, 140L);
    assertThat(stats.calls() + stats.outcomes().failed() + stats.outcomes().rateLimited())
        .isEqualTo(400);
  }

  @Test
  void shouldAnswer429WithHeadersWhenRequestsRunOut() {
    // Given
    script(b -> b.withRateLimit(new RateLimit(2, 10_000, 0)));
    // When
    var first = running.postChat(chat("Hi"));
    var second = running.postChat(chat("Hi"));
    var third = running.postChat(chat("Hi"));
    // Then
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(header(first, "x-ratelimit-limit-requests")).isEqualTo("2");
    assertThat(header(first, "x-ratelimit-remaining-requests")).isEqualTo("1");
    assertThat(header(first, "x-ratelimit-reset-requests")).isEqualTo("30s");
    assertThat(header(first, "x-ratelimit-limit-tokens")).isEqualTo("10000");
    assertThat(header(first, "x-ratelimit-remaining-tokens")).isEqualTo("9979");
    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(third.statusCode()).isEqualTo(429);
    assertThat(Integer.parseInt(header(third, "retry-after"))).isBetween(1, 30);
    assertThat(Integer.parseInt(header(third, "retry-after-ms"))).isBetween(1, 30_000);
    assertThat(header(third, "x-ratelimit-remaining-requests")).isEqualTo("0");
    assertThat(json(third).path("error").path("type").asText()).isEqualTo("requests");
    assertThat(json(third).path("error").path("code").asText()).isEqualTo("rate_limit_exceeded");
    assertThat(running.simulator().stats().outcomes().rateLimited()).isEqualTo(1);
  }

  @Test
  void shouldAnswer429WhenTokensRunOut() {
    // Given
    script(b -> b.withRateLimit(new RateLimit(0, 30, 0)));
    // When
    var first = running.postChat(chat("1234", ",\"max_tokens\":14"));
    var second = running.postChat(chat("x".repeat(64)));
    // Then
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(second.statusCode()).isEqualTo(429);
    assertThat(json(second).path("error").path("type").asText()).isEqualTo("tokens");
    assertThat(header(second, "x-ratelimit-limit-requests")).isEmpty();
  }

  @Test
  void shouldAnswer429WhenTooManyCallsAreOpen() throws Exception {
    // Given
    script(b -> b.withRateLimit(new RateLimit(0, 0, 1)).withHang(1));
    var waiting =
        running
            .client()
            .sendAsync(
                running
                    .request("/v1/chat/completions")
                    .POST(RunningSimulator.text(chat("Hi")))
                    .build(),
                BodyHandlers.ofString());
    await().until(() -> running.simulator().stats().inFlight().now() == 1);
    // When
    var refused = running.postChat(chat("Hi"));
    // Then
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(header(refused, "retry-after")).isEqualTo("1");
    waiting.cancel(true);
    await().until(() -> running.simulator().stats().inFlight().now() == 0);
  }

  @Test
  void shouldNeverAnswerWhenHanging() {
    // Given
    script(b -> b.withHang(1));
    var request =
        running
            .request("/v1/chat/completions")
            .timeout(Duration.ofMillis(200))
            .POST(RunningSimulator.text(chat("Hi")))
            .build();
    // When
    assertThatThrownBy(() -> running.client().send(request, BodyHandlers.ofString()))
        // Then
        .isInstanceOf(HttpTimeoutException.class);
    await()
        .untilAsserted(
            () -> {
              var stats = running.simulator().stats();
              assertThat(stats.outcomes().hung()).isEqualTo(1);
              assertThat(stats.outcomes().disconnected()).isEqualTo(1);
              assertThat(stats.inFlight().now()).isZero();
              assertThat(stats.calls()).isZero();
            });
  }

  @Test
  void shouldStopWaitingWhenClientLeaves() {
    // Given
    script(b -> b.withLatencyMs(600_000));
    var request =
        running
            .request("/v1/chat/completions")
            .timeout(Duration.ofMillis(200))
            .POST(RunningSimulator.text(chat("Hi")))
            .build();
    // When
    assertThatThrownBy(() -> running.client().send(request, BodyHandlers.ofString()))
        // Then
        .isInstanceOf(HttpTimeoutException.class);
    await().until(() -> running.simulator().stats().outcomes().disconnected() == 1);
  }

  @Test
  void shouldCloseConnectionWhenStreamIsCut() throws Exception {
    // Given
    script(b -> b.withCut(1, 2));
    var request =
        running
            .request("/v1/chat/completions")
            .POST(RunningSimulator.text(chat("Hi", ",\"stream\":true")))
            .build();
    var received = new StringBuilder();
    // When
    assertThatThrownBy(
            () -> {
              var response = running.client().send(request, BodyHandlers.ofLines());
              response.body().forEach(line -> received.append(line).append('\n'));
            })
        // Then
        .hasRootCauseInstanceOf(IOException.class);
    assertThat(frames(received.toString())).hasSize(3).noneMatch(frame -> frame.equals("[DONE]"));
    assertThat(running.simulator().stats().outcomes().cut()).isEqualTo(1);
    assertThat(running.simulator().stats().calls()).isZero();
  }

  @Test
  void shouldCloseConnectionWhenBodyIsCut() {
    // Given
    script(b -> b.withCut(1, 0));
    var request =
        running.request("/v1/chat/completions").POST(RunningSimulator.text(chat("Hi"))).build();
    // When
    assertThatThrownBy(() -> running.client().send(request, BodyHandlers.ofString()))
        // Then
        .isInstanceOf(IOException.class);
    assertThat(running.simulator().stats().outcomes().cut()).isEqualTo(1);
    assertThat(running.simulator().stats().model(MODEL).calls()).isZero();
  }

  @Test
  void shouldHangAndCutWhenClientSpeaksHttp2() throws Exception {
    // Given
    try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      var warmUp = running.request("/v1/chat/completions").POST(RunningSimulator.text(chat("Hi")));
      client.send(warmUp.build(), BodyHandlers.ofString());
      // When
      script(b -> b.withCut(1, 1));
      var cut = warmUp.copy().POST(RunningSimulator.text(chat("Hi", ",\"stream\":true"))).build();
      assertThatThrownBy(() -> client.send(cut, BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
      script(b -> b.withHang(1));
      var hung = warmUp.copy().timeout(Duration.ofMillis(200)).build();
      assertThatThrownBy(() -> client.send(hung, BodyHandlers.ofString()))
          .isInstanceOf(HttpTimeoutException.class);
      // Then
      await().until(() -> running.simulator().stats().outcomes().disconnected() == 1);
      assertThat(running.simulator().stats().outcomes().cut()).isEqualTo(1);
      assertThat(running.simulator().stats().inFlight().now()).isZero();
    }
  }
}
