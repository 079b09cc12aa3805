package io.millrace.simulator.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.SimulatorScript;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OpenAI's own client, against the simulator. */
class OpenAiSdkTest {

  private static final String KEY = "key-right";
  private static final SimulatorScript SCRIPT =
      SimulatorScript.defaults().withRequiredKey(KEY).withBehaviour(b -> b.withOutputTokens(3));
  private static final ChatCompletionFunctionTool GRIND =
      ChatCompletionFunctionTool.builder()
          .function(
              FunctionDefinition.builder()
                  .name("grind")
                  .parameters(
                      FunctionParameters.builder()
                          .putAdditionalProperty("type", JsonValue.from("object"))
                          .putAdditionalProperty(
                              "properties",
                              JsonValue.from(Map.of("grain", Map.of("type", "string"))))
                          .putAdditionalProperty("required", JsonValue.from(List.of("grain")))
                          .build())
                  .build())
          .build();

  private final Vertx vertx = Vertx.vertx();
  private final Simulator simulator = await(Simulator.start(vertx, "127.0.0.1", 0, 1));
  private final OpenAIClient client = client(KEY);

  @BeforeEach
  void start() {
    simulator.script(SCRIPT);
  }

  @AfterEach
  void stop() {
    client.close();
    await(simulator.close());
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(simulator.baseUrl())
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  private static ChatCompletionCreateParams.Builder chat() {
    return ChatCompletionCreateParams.builder()
        .model("gpt-4o-mini")
        .addSystemMessage("Be brief.")
        .addUserMessage("How does a mill work?");
  }

  private ChatCompletion create(ChatCompletionCreateParams.Builder params) {
    return client.chat().completions().create(params.build()).validate();
  }

  @Test
  void shouldAnswer() {
    // Given
    simulator.script(
        SCRIPT.withBehaviour(
            b ->
                b.withOutputTokens(3)
                    .withExtras(e -> e.withCachedInputTokens(4).withReasoningTokens(7))));
    // When
    var answer = create(chat().n(2).logprobs(true).topLogprobs(2));
    // Then
    assertThat(answer.choices()).hasSize(2);
    assertThat(answer.choices().getFirst().message().content()).contains("the water turns");
    assertThat(answer.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    var logprobs = answer.choices().getFirst().logprobs().orElseThrow().content().orElseThrow();
    assertThat(logprobs.get(1).token()).isEqualTo(" water");
    assertThat(logprobs.get(1).topLogprobs()).hasSize(2);
    var usage = answer.usage().orElseThrow();
    assertThat(usage.completionTokens()).isEqualTo(20);
    assertThat(usage.promptTokensDetails().orElseThrow().cachedTokens()).contains(4L);
    assertThat(usage.completionTokensDetails().orElseThrow().reasoningTokens()).contains(14L);
  }

  @Test
  void shouldStreamWithUsage() {
    // Given
    var params =
        chat()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    var accumulator = ChatCompletionAccumulator.create();
    // When
    try (var stream = client.chat().completions().createStreaming(params)) {
      stream.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
    }
    // Then
    var answer = accumulator.chatCompletion();
    assertThat(answer.choices().getFirst().message().content()).contains("the water turns");
    assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(3);
  }

  @Test
  void shouldCallToolsAndGoOnWithTheirResults() {
    // Given
    simulator.script(SCRIPT.withBehaviour(b -> b.withExtras(e -> e.withToolCalls(2))));
    // When
    var calling = create(chat().addTool(GRIND)).choices().getFirst();
    var next = chat().addTool(GRIND).addMessage(calling.message());
    var calls = calling.message().toolCalls().orElseThrow();
    calls.forEach(
        call ->
            next.addMessage(
                ChatCompletionToolMessageParam.builder()
                    .toolCallId(call.asFunction().id())
                    .content("done")
                    .build()));
    var answer = create(next);
    // Then
    assertThat(calling.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(calls).hasSize(2);
    assertThat(calls.getFirst().asFunction().function().name()).isEqualTo("grind");
    assertThat(calls.getFirst().asFunction().function().arguments())
        .isEqualTo("{\"grain\": \"water\"}");
    assertThat(answer.choices().getFirst().message().content()).contains("the water turns");
  }

  @Test
  void shouldStreamToolCalls() {
    // Given
    var params =
        chat().addTool(GRIND).toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED).build();
    var accumulator = ChatCompletionAccumulator.create();
    // When
    try (var stream = client.chat().completions().createStreaming(params)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    // Then
    var choice = accumulator.chatCompletion().choices().getFirst();
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    var call = choice.message().toolCalls().orElseThrow().getFirst().asFunction();
    assertThat(call.id()).isNotEmpty();
    assertThat(call.function().arguments()).isEqualTo("{\"grain\": \"water\"}");
  }

  @Test
  void shouldFitSchema() {
    // Given
    var schema =
        ResponseFormatJsonSchema.JsonSchema.Schema.builder()
            .putAdditionalProperty("type", JsonValue.from("object"))
            .putAdditionalProperty(
                "properties", JsonValue.from(Map.of("sacks", Map.of("type", "integer"))))
            .build();
    var format =
        ResponseFormatJsonSchema.builder()
            .jsonSchema(
                ResponseFormatJsonSchema.JsonSchema.builder().name("report").schema(schema).build())
            .build();
    // When
    var answer = create(chat().responseFormat(format));
    // Then
    assertThat(answer.choices().getFirst().message().content()).contains("{\"sacks\": 1}");
  }

  @Test
  void shouldEmbed() {
    // Given
    var params = EmbeddingCreateParams.builder().model("text-embedding-3-small");
    // When
    var answer =
        client
            .embeddings()
            .create(params.inputOfArrayOfStrings(List.of("stone", "wheel")).build())
            .validate();
    // Then
    assertThat(answer.data()).hasSize(2);
    var vector = answer.data().get(1).embedding();
    double length = vector.stream().mapToDouble(number -> number * number).sum();
    assertThat(length).isCloseTo(1, within(0.001));
    assertThat(answer.usage().totalTokens()).isEqualTo(4);
  }

  @Test
  void shouldBeRefusedForKeyAndModelAndBody() {
    // Given
    simulator.script(SCRIPT.withOnlyListedModels(true).withModel("listed", b -> b));
    var stranger = client("key-wrong");
    // Then
    assertThatThrownBy(() -> stranger.chat().completions().create(chat().build()))
        .isInstanceOf(UnauthorizedException.class);
    assertThatThrownBy(() -> create(chat())).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> create(chat().model("listed").n(0)))
        .isInstanceOfSatisfying(
            BadRequestException.class, refused -> assertThat(refused.param()).contains("n"));
    stranger.close();
  }

  @Test
  void shouldHearOfLimitsAndFailures() {
    // Given
    var limited = ErrorRule.always(429).withHeader("retry-after", "2");
    simulator.script(SCRIPT.withBehaviour(b -> b.withErrors(limited)));
    // Then
    assertThatThrownBy(() -> create(chat()))
        .isInstanceOfSatisfying(
            RateLimitException.class,
            refused -> assertThat(refused.headers().values("retry-after")).containsExactly("2"));
    // When
    simulator.script(SCRIPT.withBehaviour(b -> b.withErrors(ErrorRule.always(500))));
    // Then
    assertThatThrownBy(() -> create(chat())).isInstanceOf(InternalServerException.class);
  }
}
