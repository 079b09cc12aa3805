package io.millrace.simulator.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.genai.Client;
import com.google.genai.errors.ClientException;
import com.google.genai.types.Content;
import com.google.genai.types.EmbedContentConfig;
import com.google.genai.types.FunctionCallingConfig;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.Part;
import com.google.genai.types.ThinkingConfig;
import com.google.genai.types.Tool;
import com.google.genai.types.ToolConfig;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.SimulatorScript;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Google's own client finds in the simulator what it expects of Google. */
class GoogleSdkTest {
  private static final String MODEL = "gemini-3-flash";
  private static final GenerateContentConfig PLAIN = GenerateContentConfig.builder().build();

  private final Vertx vertx = Vertx.vertx();
  private Simulator simulator;
  private Client client;

  @BeforeEach
  void start() {
    var script = SimulatorScript.defaults().withRequiredKey("key-right");
    simulator = await(Simulator.start(vertx, "127.0.0.1", 0, 1, script));
    client = client("key-right");
  }

  @AfterEach
  void stop() {
    client.close();
    await(vertx.close());
  }

  @Test
  void shouldAnswerWithUsageWhenAsked() {
    // Given
    var config =
        GenerateContentConfig.builder()
            .systemInstruction(Content.fromParts(Part.fromText("Be brief.")))
            .maxOutputTokens(3)
            .temperature(0.5f)
            .build();
    // When
    var answer = client.models.generateContent(MODEL, "How does a mill work?", config);
    // Then
    assertThat(answer.text()).isEqualTo("the water turns");
    assertThat(String.valueOf(answer.finishReason())).isEqualTo("MAX_TOKENS");
    assertThat(answer.usageMetadata().orElseThrow().candidatesTokenCount()).hasValue(3);
    assertThat(answer.modelVersion()).hasValue(MODEL);
  }

  @Test
  void shouldStreamWhatItWouldAnswerWhenStreaming() {
    // Given
    var whole = client.models.generateContent(MODEL, "Hi", PLAIN);
    var text = new StringBuilder();
    int frames = 0;
    // When
    try (var stream = client.models.generateContentStream(MODEL, "Hi", PLAIN)) {
      for (var frame : stream) {
        text.append(frame.text());
        frames++;
      }
    }
    // Then
    assertThat(text.toString()).isEqualTo(whole.text());
    assertThat(frames).isGreaterThan(2);
  }

  @Test
  void shouldShowThoughtsWhenTheyAreIncluded() {
    // Given
    simulator.script(
        SimulatorScript.defaults().withBehaviour(b -> b.withExtras(e -> e.withReasoningTokens(7))));
    var config =
        GenerateContentConfig.builder()
            .thinkingConfig(ThinkingConfig.builder().includeThoughts(true))
            .build();
    // When
    var answer = client.models.generateContent(MODEL, "Hi", config);
    // Then
    assertThat(answer.parts()).hasSize(2);
    assertThat(answer.parts().getFirst().thought()).hasValue(true);
    assertThat(answer.usageMetadata().orElseThrow().thoughtsTokenCount()).hasValue(7);
  }

  @Test
  void shouldCallFunctionsAndGoOnWhenTheyHaveAnswered() {
    // Given
    var grind =
        FunctionDeclaration.builder()
            .name("grind")
            .parametersJsonSchema(
                Map.of(
                    "type",
                    "object",
                    "properties",
                    Map.of("kilos", Map.of("type", "integer")),
                    "required",
                    List.of("kilos")))
            .build();
    var tools =
        GenerateContentConfig.builder().tools(Tool.builder().functionDeclarations(grind)).build();
    var demanding =
        tools.toBuilder()
            .toolConfig(
                ToolConfig.builder()
                    .functionCallingConfig(FunctionCallingConfig.builder().mode("ANY")))
            .build();
    var question = Content.builder().role("user").parts(Part.fromText("Grind!")).build();
    // When
    var calling = client.models.generateContent(MODEL, List.of(question), demanding);
    var call = calling.functionCalls().getFirst();
    var turn = calling.candidates().orElseThrow().getFirst().content().orElseThrow();
    var result =
        Content.builder()
            .role("user")
            .parts(Part.fromFunctionResponse("grind", Map.of("output", "done")))
            .build();
    var answer = client.models.generateContent(MODEL, List.of(question, turn, result), tools);
    // Then
    assertThat(call.name()).hasValue("grind");
    assertThat(call.args().orElseThrow()).containsEntry("kilos", 1);
    assertThat(turn.parts().orElseThrow().getFirst().thoughtSignature()).isPresent();
    assertThat(answer.text()).startsWith("the water");
  }

  @Test
  void shouldEmbedEveryTextWhenAsked() {
    // When
    var answer =
        client.models.embedContent(
            "gemini-embedding-001",
            List.of("stone", "wheel"),
            EmbedContentConfig.builder().outputDimensionality(8).build());
    // Then
    var vectors = new ArrayList<List<Float>>();
    answer.embeddings().orElseThrow().forEach(one -> vectors.add(one.values().orElseThrow()));
    assertThat(vectors).hasSize(2).allSatisfy(vector -> assertThat(vector).hasSize(8));
    assertThat(vectors.getFirst()).isNotEqualTo(vectors.getLast());
  }

  @Test
  void shouldServeVertexPathsWhenTheClientIsOfVertex() {
    // Given
    try (var vertexClient =
        Client.builder()
            .vertexAI(true)
            .apiKey("key-right")
            .httpOptions(HttpOptions.builder().baseUrl(simulator.rootUrl()).build())
            .build()) {
      // When
      var answer = vertexClient.models.generateContent("gemini-2.5-flash", "Hi", PLAIN);
      var vectors =
          vertexClient.models.embedContent(
              "text-embedding-005",
              List.of("stone", "wheel"),
              EmbedContentConfig.builder().outputDimensionality(8).build());
      // Then
      assertThat(answer.text()).startsWith("the water");
      assertThat(vectors.embeddings().orElseThrow())
          .hasSize(2)
          .allSatisfy(one -> assertThat(one.statistics()).isPresent());
    }
  }

  @Test
  void shouldTellErrorsApartWhenRefused() {
    // Given
    var other = client("key-wrong");
    // Then
    assertThatThrownBy(() -> other.models.generateContent(MODEL, "Hi", PLAIN))
        .isInstanceOfSatisfying(
            ClientException.class,
            error -> {
              assertThat(error.code()).isEqualTo(400);
              assertThat(error.message()).contains("API key not valid");
            });
    assertThatThrownBy(() -> client.models.generateContent(MODEL, "", PLAIN))
        .isInstanceOfSatisfying(
            ClientException.class,
            error -> assertThat(error.status()).contains("INVALID_ARGUMENT"));
    other.close();
  }

  private Client client(String key) {
    return Client.builder()
        .apiKey(key)
        .httpOptions(HttpOptions.builder().baseUrl(simulator.rootUrl()).build())
        .build();
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
