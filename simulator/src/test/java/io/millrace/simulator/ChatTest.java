package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.MODEL;
import static io.millrace.simulator.RunningSimulator.chat;
import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.script.Distribution;
import io.millrace.simulator.script.SimulatorScript;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTest {
  private RunningSimulator running;

  @BeforeEach
  void start() {
    running = new RunningSimulator(SimulatorScript.defaults());
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private void script(SimulatorScript script) {
    running.simulator().script(script);
  }

  @Test
  void shouldAnswerWithUsageWhenAsked() {
    // Given
    script(SimulatorScript.defaults().withBehaviour(b -> b.withOutputTokens(5)));
    // When
    var response = running.postChat(chat("12345678"), "Authorization", "Bearer any");
    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
    assertThat(response.headers().firstValue("x-request-id").orElseThrow()).startsWith("req_");
    JsonNode body = json(response);
    assertThat(body.path("id").asText()).startsWith("chatcmpl-");
    assertThat(body.path("object").asText()).isEqualTo("chat.completion");
    assertThat(body.path("created").isIntegralNumber()).isTrue();
    assertThat(body.path("model").asText()).isEqualTo(MODEL);
    JsonNode choice = body.path("choices").path(0);
    assertThat(choice.path("index").asInt()).isZero();
    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    assertThat(choice.path("logprobs").isNull()).isTrue();
    assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
    assertThat(choice.path("message").path("refusal").isNull()).isTrue();
    assertThat(choice.path("message").path("content").asText().split(" ")).hasSize(5);
    assertThat(body.path("usage"))
        .isEqualTo(
            json(
                """
                {"prompt_tokens":6,"completion_tokens":5,"total_tokens":11,
                 "prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},
                 "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,
                 "accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}
                """));
  }

  @Test
  void shouldAnswerWhenClientSpeaksHttp2() throws Exception {
    // Given
    var request = running.request("/v1/chat/completions").POST(RunningSimulator.text(chat("Hi")));
    try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      // When
      var upgraded = client.send(request.build(), BodyHandlers.ofString());
      var second = client.send(request.build(), BodyHandlers.ofString());
      // Then
      assertThat(upgraded.statusCode()).isEqualTo(200);
      assertThat(second.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(json(second).path("usage").path("completion_tokens").asInt()).isEqualTo(16);
    }
  }

  @Test
  void shouldStopAtLengthWhenRequestLimitsTokens() {
    // When
    var newer = json(running.postChat(chat("Hi", ",\"max_completion_tokens\":3")));
    var older = json(running.postChat(chat("Hi", ",\"max_tokens\":4")));
    var enough = json(running.postChat(chat("Hi", ",\"max_completion_tokens\":16")));
    // Then
    assertThat(newer.path("choices").path(0).path("finish_reason").asText()).isEqualTo("length");
    assertThat(newer.path("usage").path("completion_tokens").asInt()).isEqualTo(3);
    assertThat(older.path("usage").path("completion_tokens").asInt()).isEqualTo(4);
    assertThat(enough.path("choices").path(0).path("finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void shouldCountEveryChoiceWhenSeveralAreAsked() {
    // When
    var body = json(running.postChat(chat("Hi", ",\"n\":3")));
    // Then
    assertThat(body.path("choices")).hasSize(3);
    assertThat(body.path("choices").path(2).path("index").asInt()).isEqualTo(2);
    assertThat(body.path("usage").path("completion_tokens").asInt()).isEqualTo(48);
  }

  @Test
  void shouldRepeatLastUserMessageWhenEchoIsOn() {
    // Given
    script(SimulatorScript.defaults().withBehaviour(b -> b.withEcho(true)));
    // When
    var body = json(running.postChat(chat("say  \\\"é 漢 \\ud83d\\ude00\\\"\\nthen stop ")));
    // Then
    assertThat(body.path("choices").path(0).path("message").path("content").asText())
        .isEqualTo("say  \"é 漢 😀\"\nthen stop ");
    assertThat(body.path("usage").path("completion_tokens").asInt()).isEqualTo(6);
  }

  @Test
  void shouldRepeatItselfWhenSeedAndBodiesAreTheSame() {
    // Given
    var varied =
        SimulatorScript.defaults()
            .withSeed(7)
            .withBehaviour(b -> b.withOutputTokens(Distribution.uniform(1, 100)));
    script(varied);
    int first = outputTokens("a");
    int second = outputTokens("a");
    int other = outputTokens("b");
    // When
    script(varied);
    // Then
    assertThat(new int[] {outputTokens("a"), outputTokens("a"), outputTokens("b")})
        .containsExactly(first, second, other);
    assertThat(first).isNotEqualTo(second);
  }

  private int outputTokens(String prompt) {
    return json(running.postChat(chat(prompt))).path("usage").path("completion_tokens").asInt();
  }

  @Test
  void shouldWaitWhenLatencyIsScripted() {
    // Given
    script(SimulatorScript.defaults().withBehaviour(b -> b.withLatencyMs(80)));
    long before = System.nanoTime();
    // When
    var response = running.postChat(chat("Hi"));
    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(System.nanoTime() - before).isGreaterThan(79_000_000);
  }

  @Test
  void shouldUseModelsOwnBehaviourWhenItHasOne() {
    // Given
    script(SimulatorScript.defaults().withModel(MODEL, b -> b.withOutputTokens(2)));
    // When
    int own = outputTokens("Hi");
    var other = running.postChat(chat("Hi").replace(MODEL, "gpt-4o"));
    // Then
    assertThat(own).isEqualTo(2);
    assertThat(json(other).path("usage").path("completion_tokens").asInt()).isEqualTo(16);
  }

  @Test
  void shouldAnswer401WhenKeyIsRequiredAndWrong() {
    // Given
    script(SimulatorScript.defaults().withRequiredKey("sk-right"));
    // When
    var missing = running.postChat(chat("Hi"));
    var wrong = running.postChat(chat("Hi"), "Authorization", "Bearer sk-wrong");
    var right = running.postChat(chat("Hi"), "Authorization", "Bearer sk-right");
    // Then
    assertThat(missing.statusCode()).isEqualTo(401);
    assertThat(json(missing).path("error").path("code").isNull()).isTrue();
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(json(wrong).path("error").path("code").asText()).isEqualTo("invalid_api_key");
    assertThat(wrong.body()).doesNotContain("sk-");
    assertThat(right.statusCode()).isEqualTo(200);
  }

  @Test
  void shouldAnswer404WhenModelIsNotListed() {
    // Given
    script(SimulatorScript.defaults().withOnlyListedModels(true).withModel("listed", b -> b));
    // When
    var response = running.postChat(chat("Hi"));
    // Then
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(json(response).path("error").path("code").asText()).isEqualTo("model_not_found");
    assertThat(running.get("/v1/models/listed").statusCode()).isEqualTo(200);
    assertThat(running.get("/v1/models/" + MODEL).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "not json                                     |                           |",
        "[]                                           |                           |",
        "{\"messages\":[]}                            | missing_required_parameter| model",
        "{\"model\":1}                                | invalid_type              | model",
        "{\"model\":\"m\"}                            | missing_required_parameter| messages",
        "{\"model\":\"m\",\"messages\":\"x\"}         | invalid_type              | messages",
        "{\"model\":\"m\",\"messages\":[]}            | empty_array               | messages",
        "{\"model\":\"m\",\"messages\":[1]}           | invalid_type              | messages[0]",
        "{\"model\":\"m\",\"messages\":[{}]}          | missing_required_parameter| messages[0].role",
      })
  void shouldAnswer400WhenRequestIsWrong(String body, String code, String param) {
    // When
    var response = running.postChat(body);
    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = json(response).path("error");
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.path("code").textValue()).isEqualTo(code);
    assertThat(error.path("param").textValue()).isEqualTo(param);
    assertThat(error.path("message").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"max_completion_tokens\":0        | integer_below_min_value | max_completion_tokens",
        "\"max_tokens\":\"3\"               | invalid_type            | max_tokens",
        "\"n\":129                          | integer_above_max_value | n",
        "\"stream\":1                       | invalid_type            | stream",
        "\"stream_options\":{}              | invalid_value           | stream_options",
      })
  void shouldAnswer400WhenOptionIsWrong(String option, String code, String param) {
    // When
    var response = running.postChat(chat("Hi", "," + option));
    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).path("error").path("code").asText()).isEqualTo(code);
    assertThat(json(response).path("error").path("param").asText()).isEqualTo(param);
  }

  @Test
  void shouldTakeNullOptionsAsAbsent() {
    // When
    var response =
        running.postChat(
            chat(
                "Hi",
                ",\"n\":null,\"stream\":null,\"max_tokens\":null,\"max_completion_tokens\":null"
                    + ",\"stream_options\":null"));
    // Then
    assertThat(json(response).path("choices")).hasSize(1);
    assertThat(json(response).path("usage").path("completion_tokens").asInt()).isEqualTo(16);
  }

  @Test
  void shouldAnswer413WhenBodyIsTooLarge() {
    // Given
    script(SimulatorScript.defaults().withLimits(new SimulatorScript.Limits(10, 100)));
    // When
    var response = running.postChat(chat("x".repeat(200)));
    // Then
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(json(response).path("error").path("message").asText()).contains("100");
  }

  @Test
  void shouldSayInvalidUrlWhenPathIsUnknown() {
    // When
    var unknown = running.get("/v1/none");
    var wrongMethod = running.get("/v1/chat/completions");
    // Then
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(json(unknown).path("error").path("message").asText())
        .isEqualTo("Invalid URL (GET /v1/none)");
    assertThat(wrongMethod.statusCode()).isEqualTo(405);
  }
}
