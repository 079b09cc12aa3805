package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.SimulatorScript;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OllamaWireTest {
  private static final String HI =
      "\"model\":\"llama3.2\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
  private static final String TOOLS =
      "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"grind\",\"parameters\":{\"type\":\"object\",\"properties\":{\"kilos\":{\"type\":\"integer\"}}}}}]";

  private RunningSimulator running;

  @BeforeEach
  void start() {
    running =
        new RunningSimulator(SimulatorScript.defaults().withBehaviour(b -> b.withOutputTokens(3)));
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void shouldStreamLinesUnlessToldOtherwise() {
    // When
    var response = running.post("/api/chat", "{" + HI + "}");
    // Then
    assertThat(response.headers().firstValue("content-type")).contains("application/x-ndjson");
    List<JsonNode> lines = response.body().lines().map(line -> json(line)).toList();
    assertThat(lines)
        .extracting(line -> line.at("/message/content").asText())
        .containsExactly("the", " water", " turns", "");
    assertThat(lines)
        .extracting(line -> line.path("done").asBoolean())
        .containsExactly(false, false, false, true);
    assertThat(lines.getLast().path("done_reason").asText()).isEqualTo("stop");
    assertThat(lines.getLast().path("eval_count").asInt()).isEqualTo(3);
    assertThat(lines.getLast().path("prompt_eval_count").asInt()).isEqualTo(5);
  }

  @Test
  void shouldAnswerWholeWhenNotStreamed() {
    // When
    var answer =
        json(
            running.post(
                "/api/chat",
                "{" + HI + ",\"stream\":false,\"options\":{\"num_predict\":2},\"logprobs\":true}"));
    // Then
    assertThat(answer.at("/message/content").asText()).isEqualTo("the water");
    assertThat(answer.path("done_reason").asText()).isEqualTo("length");
    assertThat(answer.path("logprobs")).hasSize(2);
  }

  @Test
  void shouldGiveArgumentsAsAnObject() {
    // Given
    running
        .simulator()
        .script(
            SimulatorScript.defaults().withBehaviour(b -> b.withExtras(e -> e.withToolCalls(1))));
    // When
    var answer = json(running.post("/api/chat", "{" + HI + "," + TOOLS + ",\"stream\":false}"));
    // Then
    assertThat(answer.at("/message/tool_calls/0/function/arguments"))
        .isEqualTo(json("{\"kilos\":1}"));
    assertThat(answer.path("done_reason").asText()).isEqualTo("stop");
  }

  @Test
  void shouldOnlyLoadTheModelWhenThereIsNothingToAnswer() {
    // When
    var answer =
        json(
            running.post("/api/chat", "{\"model\":\"llama3.2\",\"messages\":[],\"stream\":false}"));
    // Then
    assertThat(answer.path("done_reason").asText()).isEqualTo("load");
    assertThat(answer.at("/message/content").asText()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]",
        "\"role\":\"user\",\"content\":\"a\",\"images\":[\"data:image/png;base64,AA\"]",
        "\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]"
      })
  void shouldRefuseWhatIsOfOpenAisForm(String message) {
    // When
    var response =
        running.post("/api/chat", "{\"model\":\"llama3.2\",\"messages\":[{" + message + "}]}");
    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).path("error").asText()).isNotEmpty();
  }

  @Test
  void shouldFailInOllamasWords() {
    // Given
    running
        .simulator()
        .script(SimulatorScript.defaults().withBehaviour(b -> b.withErrors(ErrorRule.always(503))));
    // When
    var response = running.post("/api/chat", "{" + HI + "}");
    // Then
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(json(response).path("error").asText()).startsWith("server busy");
  }

  @Test
  void shouldEmbed() {
    // When
    var answer =
        json(
            running.post(
                "/api/embed", "{\"model\":\"llama3.2\",\"input\":[\"a\",\"b\"],\"dimensions\":8}"));
    // Then
    assertThat(answer.path("embeddings")).hasSize(2).allMatch(vector -> vector.size() == 8);
    assertThat(answer.path("prompt_eval_count").asInt()).isEqualTo(2);
  }
}
