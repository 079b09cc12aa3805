package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.frames;
import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.RateLimit;
import io.millrace.simulator.script.SimulatorScript;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoogleTest {
  private static final String GEMINI = "/v1beta/models/gemini-3-flash:";
  private static final String VERTEX =
      "/v1/projects/p1/locations/global/publishers/google/models/gemini-2.5-flash:";
  private static final String HI =
      "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]%s}";
  private static final String CALL =
      "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\"},\"thoughtSignature\":\"c2ln\"}]}";
  private static final String RESULT =
      "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{}}}]}";
  private static final String TOKEN_FORM = "grant_type=%s&assertion=%s";

  private RunningSimulator running;

  @BeforeEach
  void start() {
    running = new RunningSimulator(SimulatorScript.defaults());
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private JsonNode generate(String more) {
    return json(running.post(GEMINI + "generateContent", HI.formatted(more)));
  }

  @Test
  void shouldAnswerUnderBothPathsWhenAsked() {
    // When
    var gemini = generate(",\"generationConfig\":{\"maxOutputTokens\":3}");
    var vertex = json(running.post(VERTEX + "generateContent", HI.formatted("")));
    // Then
    assertThat(gemini.path("candidates"))
        .isEqualTo(
            json(
                """
                [{"content":{"role":"model","parts":[{"text":"the water turns"}]},"finishReason":"MAX_TOKENS","index":0}]"""));
    assertThat(gemini.path("usageMetadata"))
        .isEqualTo(
            json("{\"promptTokenCount\":5,\"candidatesTokenCount\":3,\"totalTokenCount\":8}"));
    assertThat(gemini.path("modelVersion").asText()).isEqualTo("gemini-3-flash");
    assertThat(vertex.path("modelVersion").asText()).isEqualTo("gemini-2.5-flash");
  }

  @Test
  void shouldSendWholeAnswersAsFramesWhenStreaming() {
    // When
    var response = running.post(GEMINI + "streamGenerateContent?alt=sse", HI.formatted(""));
    // Then
    var frames = frames(response.body()).stream().map(RunningSimulator::json).toList();
    assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
    assertThat(frames).hasSizeGreaterThan(2).allMatch(frame -> frame.has("usageMetadata"));
    assertThat(frames.getLast().at("/candidates/0/finishReason").asText()).isEqualTo("STOP");
    assertThat(frames.getLast().at("/usageMetadata/candidatesTokenCount").asInt()).isEqualTo(16);
    assertThat(frames.getFirst().at("/candidates/0").has("finishReason")).isFalse();
  }

  @Test
  void shouldBlockThePromptWhenTheFilterLeavesNothing() {
    // Given
    running
        .simulator()
        .script(
            SimulatorScript.defaults()
                .withBehaviour(b -> b.withOutputTokens(1).withExtras(e -> e.withContentFilter(1))));
    // When
    var answer = generate("");
    // Then
    assertThat(answer.has("candidates")).isFalse();
    assertThat(answer.at("/promptFeedback/blockReason").asText()).isEqualTo("SAFETY");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"contents\":[]}",
        "{\"contents\":[{\"role\":\"model\",\"parts\":[{\"text\":\"x\"}]}]}",
        "{\"contents\":[{\"role\":\"assistant\",\"parts\":[{\"text\":\"x\"}]}]}",
        "{\"contents\":[{\"role\":\"user\",\"parts\":[]}]}",
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"\"}]}]}",
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}," + CALL + "]}",
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}," + RESULT + "]}",
        "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]},{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\"}}]},"
            + RESULT
            + "]}",
        "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],\"stream\":true}",
        "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],\"generationConfig\":{\"n\":2}}",
        "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],\"generationConfig\":{\"temperature\":3}}",
        "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],\"generationConfig\":{\"logprobs\":3}}",
        "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],\"generationConfig\":{\"stopSequences\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}}",
        "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],\"tools\":[{\"functionDeclarations\":[{\"name\":\"1f\"}]}]}",
        "nonsense"
      })
  void shouldRefuseWhenGoogleWould(String body) {
    // When
    var response = running.post(GEMINI + "generateContent", body);
    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error/code").asInt()).isEqualTo(400);
    assertThat(json(response).at("/error/status").asText()).isEqualTo("INVALID_ARGUMENT");
  }

  @Test
  void shouldTakeResultsWhenEachCallHasOne() {
    // When
    var response =
        running.post(
            GEMINI + "generateContent",
            "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}," + CALL + "," + RESULT + "]}");
    // Then
    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void shouldSayHowLongToWaitWhenRateLimited() {
    // Given
    running
        .simulator()
        .script(
            SimulatorScript.defaults().withBehaviour(b -> b.withRateLimit(new RateLimit(1, 0, 0))));
    generate("");
    // When
    var error = generate("").path("error");
    // Then
    assertThat(error.path("status").asText()).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(error.at("/details/0/retryDelay").asText()).matches("[0-9.]+s");
  }

  @Test
  void shouldWriteTheScriptsErrorWhenThereIsOne() {
    // Given
    var rule = ErrorRule.always(503).withText(new ErrorRule.Text("", "", "busy"));
    running.simulator().script(SimulatorScript.defaults().withBehaviour(b -> b.withErrors(rule)));
    // Then
    assertThat(generate("").path("error"))
        .isEqualTo(json("{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}"));
  }

  @Test
  void shouldEmbedInEveryFormWhenAsked() {
    // When
    var batch =
        json(
            running.post(
                "/v1beta/models/gemini-embedding-001:batchEmbedContents",
                "{\"requests\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"outputDimensionality\":4}]}"));
    var instances =
        json(
            running.post(
                VERTEX + "predict",
                "{\"instances\":[{\"content\":\"a\"}],\"parameters\":{\"outputDimensionality\":4}}"));
    var content =
        json(
            running.post(
                VERTEX + "embedContent",
                "{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"embedContentConfig\":{\"outputDimensionality\":4}}"));
    // Then
    var values = batch.at("/embeddings/0/values");
    assertThat(values).hasSize(4);
    assertThat(instances.at("/predictions/0/embeddings/values")).isEqualTo(values);
    assertThat(instances.at("/predictions/0/embeddings/statistics/token_count").asInt())
        .isEqualTo(1);
    assertThat(content.at("/embedding/values")).isEqualTo(values);
    assertThat(content.at("/usageMetadata/promptTokenCount").asInt()).isEqualTo(1);
  }

  @Test
  void shouldLendTheRequiredKeyWhenTheAssertionIsRight() {
    // Given
    running.simulator().script(SimulatorScript.defaults().withRequiredKey("key-right"));
    var grant =
        URLEncoder.encode("urn:ietf:params:oauth:grant-type:jwt-bearer", StandardCharsets.UTF_8);
    var claims =
        "{\"iss\":\"a\",\"scope\":\"s\",\"aud\":\"http://x/token\",\"iat\":1,\"exp\":3601}";
    var assertion = base64("{\"alg\":\"RS256\"}") + "." + base64(claims) + ".c2ln";
    // When
    var lent = running.post("/token", TOKEN_FORM.formatted(grant, assertion));
    var refused = running.post("/token", TOKEN_FORM.formatted(grant, "a.b.c"));
    var other = running.post("/token", TOKEN_FORM.formatted("password", assertion));
    // Then
    assertThat(json(lent).path("access_token").asText()).isEqualTo("key-right");
    assertThat(json(refused).path("error").asText()).isEqualTo("invalid_grant");
    assertThat(json(other).path("error").asText()).isEqualTo("unsupported_grant_type");
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
