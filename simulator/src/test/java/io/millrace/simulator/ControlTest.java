package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.MODEL;
import static io.millrace.simulator.RunningSimulator.chat;
import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.script.SimulatorScript;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlTest {
  private RunningSimulator running;

  @BeforeEach
  void start() {
    running = new RunningSimulator(SimulatorScript.defaults());
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void shouldTakeScriptWhenPut() {
    // When
    var put = running.put("/_simulator/script", "{\"outputTokens\": 3, \"seed\": 9}");
    // Then
    assertThat(put.statusCode()).isEqualTo(200);
    assertThat(running.simulator().script())
        .isEqualTo(
            SimulatorScript.defaults().withSeed(9).withBehaviour(b -> b.withOutputTokens(3)));
    assertThat(json(running.get("/_simulator/script"))).isEqualTo(json(put));
    assertThat(json(running.postChat(chat("Hi"))).path("usage").path("completion_tokens").asInt())
        .isEqualTo(3);
  }

  @Test
  void shouldKeepOldScriptWhenNewOneIsWrong() {
    // Given
    running.put("/_simulator/script", "{\"outputTokens\": 3}");
    // When
    var wrong =
        running.put("/_simulator/script", "{\"latency\": {\"kind\": \"fixed\", \"ms\": -5}}");
    // Then
    assertThat(wrong.statusCode()).isEqualTo(400);
    JsonNode error = json(wrong).path("error");
    assertThat(error.path("param").asText()).isEqualTo("latency.ms");
    assertThat(error.path("message").asText()).contains("latency.ms").contains("-5");
    assertThat(running.simulator().script())
        .isEqualTo(SimulatorScript.defaults().withBehaviour(b -> b.withOutputTokens(3)));
  }

  @Test
  void shouldReturnToDefaultsWhenScriptIsDeleted() {
    // Given
    running.put("/_simulator/script", "{\"outputTokens\": 3}");
    // When
    var deleted = running.delete("/_simulator/script");
    // Then
    assertThat(deleted.statusCode()).isEqualTo(200);
    assertThat(running.simulator().script()).isEqualTo(SimulatorScript.defaults());
  }

  @Test
  void shouldCountTokensByModelWhenCallsAreServed() {
    // Given
    running.postChat(chat("12345678"));
    running.postChat(chat("12345678", ",\"stream\":true"));
    running.postChat(chat("12345678").replace(MODEL, "other"));
    running.postChat("{}");
    // When
    JsonNode stats = json(running.get("/_simulator/stats"));
    // Then
    assertThat(stats.path("calls").asInt()).isEqualTo(3);
    assertThat(stats.path("byModel"))
        .isEqualTo(
            json(
                """
                {"gpt-4o-mini":{"calls":2,"inputTokens":12,"outputTokens":32},
                 "other":{"calls":1,"inputTokens":6,"outputTokens":16}}
                """));
    assertThat(stats.path("started").asInt()).isEqualTo(4);
    assertThat(stats.path("failed").asInt()).isEqualTo(1);
    assertThat(stats.path("inFlight").asInt()).isZero();
    assertThat(stats.path("inFlightMax").asInt()).isEqualTo(1);
  }

  @Test
  void shouldCountCallsPerRequestIdWhenGiven() {
    // Given
    IntStream.range(0, 200)
        .forEach(i -> running.postChat(chat("Hi"), "X-Client-Request-Id", "req_" + i));
    running.postChat(chat("Hi"), "X-Client-Request-Id", "req_7");
    running.postChat("{}", "X-Client-Request-Id", "req_failed");
    running.postChat(chat("Hi"));
    // When
    JsonNode counts = json(running.get("/_simulator/requests"));
    // Then
    assertThat(counts).hasSize(200);
    assertThat(counts.path("req_7").asInt()).isEqualTo(2);
    assertThat(counts.path("req_8").asInt()).isEqualTo(1);
    assertThat(running.simulator().requestCalls()).hasSize(200).containsEntry("req_7", 2);
  }

  @Test
  void shouldForgetCountsWhenStatsAreDeleted() {
    // Given
    running.postChat(chat("Hi"), "X-Client-Request-Id", "req_1");
    // When
    var deleted = running.delete("/_simulator/stats");
    // Then
    assertThat(json(deleted).path("calls").asInt()).isZero();
    assertThat(json(deleted).path("byModel")).isEmpty();
    assertThat(running.simulator().requestCalls()).isEqualTo(Map.of());
    assertThat(running.get("/_simulator/requests").body()).isEqualTo("{}");
  }

  @Test
  void shouldAskNoKeyWhenControlled() {
    // Given
    running.simulator().script(SimulatorScript.defaults().withRequiredKey("sk-1"));
    // When
    var stats = running.get("/_simulator/stats");
    var models = running.get("/v1/models");
    // Then
    assertThat(stats.statusCode()).isEqualTo(200);
    assertThat(models.statusCode()).isEqualTo(401);
  }

  @Test
  void shouldRefuseWhenCallIsUnknown() {
    // When
    var unknown = running.get("/_simulator/none");
    var wrongMethod = running.post("/_simulator/stats", "");
    // Then
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(wrongMethod.statusCode()).isEqualTo(405);
  }

  @Test
  void shouldShareOnePortWhenSeveralInstancesServe() {
    // Given
    int port = running.simulator().port();
    // When
    var responses = IntStream.range(0, 8).mapToObj(i -> running.get("/_simulator/stats")).toList();
    // Then
    assertThat(port).isPositive();
    assertThat(running.simulator().baseUrl()).isEqualTo("http://127.0.0.1:" + port + "/v1");
    assertThat(responses).allMatch(response -> response.statusCode() == 200);
  }
}
