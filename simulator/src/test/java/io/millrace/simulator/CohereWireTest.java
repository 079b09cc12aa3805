package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.simulator.script.SimulatorScript;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Cohere's own client cannot ask for, as it would not compile. */
class CohereWireTest {
  private static final String HI =
      "\"model\":\"command-a\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

  private RunningSimulator running;

  @BeforeEach
  void start() {
    running =
        new RunningSimulator(
            SimulatorScript.defaults()
                .withBehaviour(
                    b -> b.withOutputTokens(3).withExtras(e -> e.withReasoningTokens(2))));
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"n\":2|422",
        "\"top_p\":0.5|422",
        "\"stop\":[\"a\"]|422",
        "\"tool_choice\":\"auto\"|400",
        "\"p\":1|400",
        "\"frequency_penalty\":-1|400"
      })
  void shouldRefuseWhatIsOfOpenAisForm(String field, int status) {
    // When
    var response = running.post("/v2/chat", "{" + HI + "," + field + "}");
    // Then
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(json(response).path("message").asText()).isNotEmpty();
  }

  @Test
  void shouldShowThoughtsWhenThinkingIsEnabled() {
    // When
    var answer = json(running.post("/v2/chat", "{" + HI + ",\"thinking\":{\"type\":\"enabled\"}}"));
    // Then
    assertThat(answer.at("/message/content/0"))
        .isEqualTo(json("{\"type\":\"thinking\",\"thinking\":\"the water\"}"));
    assertThat(answer.at("/message/content/1"))
        .isEqualTo(json("{\"type\":\"text\",\"text\":\"the water turns\"}"));
    assertThat(answer.at("/usage/tokens/output_tokens").asInt()).isEqualTo(5);
  }

  @Test
  void shouldWantAnInputTypeAndFewTexts() {
    // Given
    var texts = "\"a\",".repeat(96) + "\"a\"";
    // When
    var untyped = running.post("/v2/embed", "{\"model\":\"embed-v4.0\",\"texts\":[\"a\"]}");
    var tooMany =
        running.post(
            "/v2/embed",
            "{\"model\":\"embed-v4.0\",\"input_type\":\"clustering\",\"texts\":[" + texts + "]}");
    // Then
    assertThat(untyped.statusCode()).isEqualTo(400);
    assertThat(tooMany.statusCode()).isEqualTo(400);
  }
}
