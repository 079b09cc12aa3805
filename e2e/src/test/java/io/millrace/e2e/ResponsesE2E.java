package io.millrace.e2e;

import static io.millrace.e2e.ChatInstallation.eventually;
import static io.millrace.e2e.ChatInstallation.isTerminal;
import static io.millrace.e2e.ChatInstallation.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses on a provider that speaks OpenAI's chat and on one that speaks Anthropic's. */
@Timeout(200)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ResponsesE2E {

  private static final String SCRIPT =
      """
      {
        "outputTokens": 12,
        "models": {
          "paced": {"stream": {"interChunkMs": 20, "firstTokenMs": 20}},
          "leisurely": {"latency": {"kind": "fixed", "ms": 60000}},
          "picky": {"errors": [{"status": 400, "code": "invalid_value", "message": "not like this"}]}
        }
      }
      """;

  private static Installation installation;
  private static Client acme;

  @BeforeAll
  static void start() throws IOException {
    installation = Installation.start(SCRIPT, ResponsesE2E::config);
    acme = installation.client(Installation.KEY);
  }

  @AfterAll
  static void stop() {
    acme.close();
    installation.close();
  }

  private static String config(String simulator) {
    return """
      providers:
        - {name: sim, kind: simulator, baseUrl: "%s"}
        - {name: claude, kind: anthropic, baseUrl: "%s", apiKey: none}
      routes:
        - {model: chatty, targets: [{provider: sim, model: paced}]}
        - {model: talker, targets: [{provider: claude, model: paced}]}
        - {model: leisurely, targets: [{provider: claude, model: leisurely}]}
        - {model: picky, targets: [{provider: sim, model: picky}]}
      accounts:
        - id: acme
          keys: [{name: ci, secret: "%s"}]
      """
        .formatted(
            simulator,
            simulator.substring(0, simulator.length() - "/v1".length()),
            Installation.KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"chatty", "talker"})
  void shouldGoOnThreeTimesAndShowAllOfIt(String model) {
    // When
    var first = created(model, "");
    var second = created(model, previous(first));
    var third = created(model, previous(second));
    // Then
    assertThat(List.of(first, second, third))
        .allMatch(response -> response.path("status").asText().equals("completed"))
        .extracting(response -> response.at("/usage/input_tokens").asInt())
        .isSorted();
    assertThat(third.path("previous_response_id")).isEqualTo(second.path("id"));
    assertThat(acme.get(path(third)).json()).isEqualTo(third);
    var items = acme.get(path(third) + "/input_items?order=asc").json();
    assertThat(items.path("data"))
        .extracting(item -> item.path("role").asText())
        .containsExactly("user", "assistant", "user", "assistant", "user");
    assertThat(items.at("/data/1/content/0/text")).isEqualTo(first.at("/output/0/content/0/text"));
  }

  /** Last, because it takes long: a restart is a restart for both. */
  @Test
  @Order(Integer.MAX_VALUE)
  void shouldTellTheSameEventsAgainWhenEverythingWasRestarted() {
    // Given
    var lives = Stream.of("chatty", "talker").map(ResponsesE2E::backgroundStream).toList();
    // When
    installation.upAgain();
    acme = installation.client(Installation.KEY);
    // Then
    for (var live : lives) {
      var path = "/v1/responses/" + live.getFirst().at("/response/id").asText();
      assertThat(live)
          .extracting(event -> event.path("sequence_number").asInt())
          .containsExactlyElementsOf(IntStream.range(0, live.size()).boxed().toList());
      assertThat(live.getLast().path("type").asText()).isEqualTo("response.completed");
      assertThat(live.getLast().path("response")).isEqualTo(acme.get(path).json());
      assertThat(events("GET", path + "?stream=true", "")).isEqualTo(live);
      assertThat(events("GET", path + "?stream=true&starting_after=5", ""))
          .isEqualTo(live.subList(6, live.size()));
    }
  }

  private static List<JsonNode> backgroundStream(String model) {
    return events("POST", "/v1/responses", body(model, ",\"background\":true,\"stream\":true"));
  }

  @Test
  void shouldCancelInTheBackgroundAndDelete() {
    // Given
    var created = acme.post("/v1/responses", body("leisurely", ",\"background\":true")).json();
    // When
    var cancelled = acme.post(path(created) + "/cancel", "").json();
    var deleted = acme.send("DELETE", path(created), "");
    // Then
    assertThat(created.path("status").asText()).isEqualTo("queued");
    assertThat(cancelled.path("status").asText()).isEqualTo("cancelled");
    assertThat(deleted.json().path("deleted").asBoolean()).isTrue();
    assertThat(acme.get(path(created)).status()).isEqualTo(404);
  }

  @Test
  void shouldSayWhatFailedInTheForegroundAndInTheBackground() {
    // When
    var waiting = acme.post("/v1/responses", body("picky", ""));
    var created = acme.post("/v1/responses", body("picky", ",\"background\":true")).json();
    var ended =
        eventually()
            .until(
                () -> acme.get(path(created), "Prefer", "wait=10").json(),
                response -> isTerminal(response.path("status").asText()));
    // Then
    assertThat(waiting.status()).isEqualTo(400);
    assertThat(waiting.error().path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(ended.path("status").asText()).isEqualTo("failed");
    assertThat(ended.at("/error/code").asText()).isEqualTo("invalid_prompt");
  }

  private static JsonNode created(String model, String fields) {
    var answer = acme.post("/v1/responses", body(model, fields));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static String previous(JsonNode response) {
    return ",\"previous_response_id\":" + response.path("id");
  }

  private static String path(JsonNode response) {
    return "/v1/responses/" + response.path("id").asText();
  }

  private static String body(String model, String fields) {
    return "{\"model\":\"%s\",\"input\":\"%s\"%s}".formatted(model, prompt(), fields);
  }

  private static List<JsonNode> events(String method, String path, String body) {
    return ServerSentEvents.read(acme.lines(method, path, body).body()).stream()
        .map(event -> Client.parse(event.data()))
        .toList();
  }
}
