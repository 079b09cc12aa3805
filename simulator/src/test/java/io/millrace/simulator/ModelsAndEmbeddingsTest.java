package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.chat;
import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.SimulatorScript;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsAndEmbeddingsTest {
  private RunningSimulator running;

  @BeforeEach
  void start() {
    running = new RunningSimulator(SimulatorScript.defaults().withModel("org/model:1", b -> b));
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private static String embeddings(String input, String more) {
    return "{\"model\":\"embed\",\"input\":%s%s}".formatted(input, more);
  }

  @Test
  void shouldListModelsScriptedAndServed() {
    // Given
    running.postChat(chat("Hi"));
    // When
    JsonNode models = json(running.get("/v1/models"));
    // Then
    assertThat(models.path("object").asText()).isEqualTo("list");
    assertThat(models.path("data").findValuesAsText("id"))
        .containsExactly("gpt-4o-mini", "org/model:1");
  }

  @Test
  void shouldDecodeModelNameOnce() {
    // When
    JsonNode model = json(running.get("/v1/models/org%2Fmodel:1"));
    // Then
    assertThat(model.path("id").asText()).isEqualTo("org/model:1");
    assertThat(model.path("object").asText()).isEqualTo("model");
  }

  @Test
  void shouldEmbedEachInputInOrder() {
    // When
    JsonNode body = json(running.post("/v1/embeddings", embeddings("[\"abcd\",\"abcdefgh\"]", "")));
    // Then
    assertThat(body.path("data")).hasSize(2);
    assertThat(body.path("data").path(1).path("index").asInt()).isEqualTo(1);
    assertThat(body.path("data").path(0).path("embedding")).hasSize(16);
    assertThat(body.path("usage")).isEqualTo(json("{\"prompt_tokens\":3,\"total_tokens\":3}"));
    assertThat(running.simulator().stats().model("embed").inputTokens()).isEqualTo(3);
    assertThat(running.simulator().stats().model("embed").outputTokens()).isZero();
  }

  @Test
  void shouldEncodeTheSameNumbersWhenBase64IsAsked() {
    // When
    JsonNode floats = json(running.post("/v1/embeddings", embeddings("[1,2,3]", "")));
    JsonNode base64 =
        json(
            running.post(
                "/v1/embeddings", embeddings("[1,2,3]", ",\"encoding_format\":\"base64\"")));
    // Then
    var numbers =
        ByteBuffer.wrap(
                Base64.getDecoder().decode(base64.path("data").path(0).path("embedding").asText()))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    assertThat(numbers.remaining()).isEqualTo(16);
    assertThat(numbers.get(3))
        .isEqualTo(floats.path("data").path(0).path("embedding").path(3).floatValue());
    assertThat(floats.path("usage").path("prompt_tokens").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "[]", "[\"\"]", "[[]]", "[[1],\"a\",{}]", "7", "null"})
  void shouldAnswer400WhenInputIsWrong(String input) {
    // When
    var response = running.post("/v1/embeddings", embeddings(input, ""));
    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).path("error").path("param").asText()).isEqualTo("input");
  }

  @Test
  void shouldFailLikeChatWhenScripted() {
    // Given
    running
        .simulator()
        .script(SimulatorScript.defaults().withBehaviour(b -> b.withErrors(ErrorRule.always(500))));
    // When
    var response = running.post("/v1/embeddings", embeddings("\"a\"", ""));
    // Then
    assertThat(response.statusCode()).isEqualTo(500);
  }
}
