package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.simulator.script.SimulatorScript;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.eventstream.Message;
import software.amazon.eventstream.MessageDecoder;

/** Bedrock's wire form, byte for byte where AWS's own client does not look. */
class BedrockTest {
  private static final String CONVERSE = "/model/anthropic.claude-x-v1%3A0/converse";
  private static final String HI =
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}";

  @Test
  void shouldAnswerInConversesFormWhenAsked() {
    try (var running = new RunningSimulator(SimulatorScript.defaults())) {
      // When
      var response = running.post(CONVERSE, HI);
      // Then
      var body = json(response);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(body.at("/output/message/content/0/text").asText()).startsWith("the water");
      assertThat(body.path("stopReason").asText()).isEqualTo("end_turn");
      assertThat(body.at("/usage/inputTokens").asInt()).isEqualTo(5);
      assertThat(body.at("/usage/totalTokens").asInt()).isEqualTo(21);
      assertThat(running.simulator().stats().inputTokens()).isEqualTo(5);
    }
  }

  @Test
  void shouldSendMetadataLastWhenStreaming() throws IOException, InterruptedException {
    try (var running = new RunningSimulator(SimulatorScript.defaults())) {
      // When
      var request = running.request(CONVERSE + "-stream").POST(RunningSimulator.text(HI)).build();
      HttpResponse<byte[]> response = running.client().send(request, BodyHandlers.ofByteArray());
      // Then
      var events = new ArrayList<String>();
      new MessageDecoder(message -> events.add(type(message))).feed(response.body());
      assertThat(response.headers().firstValue("content-type"))
          .contains("application/vnd.amazon.eventstream");
      assertThat(events).startsWith("messageStart", "contentBlockDelta");
      assertThat(events).endsWith("contentBlockStop", "messageStop", "metadata");
    }
  }

  private static String type(Message message) {
    return Objects.requireNonNull(message.getHeaders().get(":event-type")).getString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"messages\":[]}",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"text\":\"a\"}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]},{\"role\":\"user\",\"content\":[{\"text\":\"b\"}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\" \"}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]}],\"model\":\"m\"}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]}],\"inferenceConfig\":{\"temperature\":1.5}}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"document\":{\"name\":\"a\",\"format\":\"pdf\",\"source\":{\"bytes\":\"AA==\"}}}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"},{\"document\":{\"name\":\"a.pdf\",\"format\":\"pdf\",\"source\":{\"bytes\":\"AA==\"}}}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]},{\"role\":\"assistant\",\"content\":[{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"f\",\"input\":{}}}]},{\"role\":\"user\",\"content\":[{\"text\":\"b\"}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]},{\"role\":\"assistant\",\"content\":[{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"f\",\"input\":{}}}]},{\"role\":\"user\",\"content\":[{\"toolResult\":{\"toolUseId\":\"t\",\"content\":[]}}]}]}"
      })
  void shouldRefuseWhenConverseWould(String body) {
    try (var running = new RunningSimulator(SimulatorScript.defaults())) {
      // When
      var response = running.post(CONVERSE, body);
      // Then
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.headers().firstValue("x-amzn-errortype").orElse(""))
          .startsWith("ValidationException:");
      assertThat(json(response).path("message").asText()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Bearer right|200",
        "Bearer wrong|403",
        "AWS4-HMAC-SHA256 nonsense|403",
        "right|403"
      })
  void shouldTakeOnlyTheRequiredKeyWhenThereIsOne(String authorization, int status)
      throws IOException, InterruptedException {
    try (var running = new RunningSimulator(SimulatorScript.defaults().withRequiredKey("right"))) {
      // When
      var request =
          running
              .request(CONVERSE, "authorization", authorization)
              .POST(RunningSimulator.text(HI))
              .build();
      var response = running.client().send(request, BodyHandlers.ofString());
      // Then
      assertThat(response.statusCode()).isEqualTo(status);
    }
  }

  @Test
  void shouldEmbedAlikeWhenTheFormsDiffer() {
    try (var running = new RunningSimulator(SimulatorScript.defaults())) {
      // When
      var titan =
          running.post("/model/amazon.titan-embed-text-v2:0/invoke", "{\"inputText\":\"stone\"}");
      var cohere =
          running.post(
              "/model/cohere.embed-english-v3/invoke",
              "{\"texts\":[\"stone\"],\"input_type\":\"search_query\"}");
      var untyped =
          running.post("/model/cohere.embed-english-v3/invoke", "{\"texts\":[\"stone\"]}");
      // Then
      assertThat(json(titan).path("embedding")).hasSize(16);
      assertThat(json(cohere).at("/embeddings/0")).isEqualTo(json(titan).path("embedding"));
      assertThat(untyped.statusCode()).isEqualTo(400);
      assertThat(List.of(titan, cohere))
          .allMatch(r -> r.headers().firstValue("x-amzn-bedrock-input-token-count").isPresent());
    }
  }
}
