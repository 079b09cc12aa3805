package io.millrace.simulator.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.Behaviour;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.SimulatorScript;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Anthropic's Java client validates every answer against its models. */
class AnthropicSdkTest {
  private static final String KEY = "sk-ant-right";

  private final Vertx vertx = Vertx.vertx();
  private Simulator simulator;
  private AnthropicClient client;

  @BeforeEach
  void start() {
    simulator = await(Simulator.start(vertx, "127.0.0.1", 0, 1));
    script(b -> b);
    client = clientOf(KEY);
  }

  @AfterEach
  void stop() {
    client.close();
    await(simulator.close());
    await(vertx.close());
  }

  private AnthropicClient clientOf(String key) {
    return AnthropicOkHttpClient.builder()
        .baseUrl(simulator.rootUrl())
        .apiKey(key)
        .responseValidation(true)
        .maxRetries(0)
        .timeout(Duration.ofSeconds(20))
        .build();
  }

  private void script(UnaryOperator<Behaviour> change) {
    simulator.script(SimulatorScript.defaults().withRequiredKey(KEY).withBehaviour(change));
  }

  private static MessageCreateParams.Builder params() {
    return MessageCreateParams.builder()
        .model("claude-sonnet-4-5")
        .maxTokens(4000)
        .system("Be brief.")
        .addUserMessage("How does a mill work?");
  }

  private static Tool tool() {
    return Tool.builder()
        .name("grind")
        .description("Grinds grain")
        .inputSchema(
            Tool.InputSchema.builder()
                .properties(
                    Tool.InputSchema.Properties.builder()
                        .putAdditionalProperty("grain", JsonValue.from(Map.of("type", "string")))
                        .build())
                .addRequired("grain")
                .build())
        .build();
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static String textOf(Message message) {
    return message.content().stream()
        .flatMap(block -> block.text().stream())
        .map(text -> text.text())
        .reduce("", String::concat);
  }

  private Message streamed(MessageCreateParams params) {
    var accumulator = MessageAccumulator.create();
    try (var events = client.messages().createStreaming(params)) {
      events.stream().forEach(event -> accumulator.accumulate(event.validate()));
    }
    return accumulator.message();
  }

  @Test
  void shouldReadAnAnswerInWords() {
    // Given
    script(b -> b.withExtras(e -> e.withCachedInputTokens(3).withCacheWriteTokens(2)));
    // When
    Message message = client.messages().create(params().build()).validate();
    // Then
    assertThat(textOf(message)).startsWith("the water turns");
    assertThat(message.stopReason()).contains(StopReason.END_TURN);
    assertThat(message.usage().outputTokens()).isEqualTo(16);
    assertThat(message.usage().cacheReadInputTokens()).contains(3L);
    assertThat(message.usage().cacheCreation().orElseThrow().ephemeral5mInputTokens()).isEqualTo(2);
  }

  @Test
  void shouldAccumulateTheSameFromAStream() {
    // When
    Message whole = client.messages().create(params().build());
    Message message = streamed(params().build()).validate();
    // Then
    assertThat(textOf(message)).isEqualTo(textOf(whole));
    assertThat(message.stopReason()).contains(StopReason.END_TURN);
    assertThat(message.usage().outputTokens()).isEqualTo(16);
  }

  @Test
  void shouldGoThroughAToolLoopWithThoughts() {
    // Given
    script(b -> b.withExtras(e -> e.withToolCalls(2).withReasoningTokens(5)));
    var first = params().addTool(tool()).enabledThinking(1024);
    // When
    Message calling = streamed(first.build()).validate();
    List<ContentBlockParam> results = new ArrayList<>();
    calling.content().stream()
        .flatMap(block -> block.toolUse().stream())
        .map(AnthropicSdkTest::resultOf)
        .forEach(results::add);
    Message answer =
        client
            .messages()
            .create(first.addMessage(calling).addUserMessageOfContentBlockParams(results).build())
            .validate();
    // Then
    assertThat(calling.stopReason()).contains(StopReason.TOOL_USE);
    assertThat(calling.content().getFirst().asThinking().thinking())
        .isEqualTo("the water turns a wheel");
    assertThat(calling.content().stream().filter(ContentBlock::isToolUse)).hasSize(2);
    assertThat(calling.content().get(1).asToolUse()._input())
        .isEqualTo(JsonValue.from(Map.of("grain", "water")));
    assertThat(answer.stopReason()).contains(StopReason.END_TURN);
    assertThat(textOf(answer)).startsWith("the water");
  }

  private static ContentBlockParam resultOf(ToolUseBlock use) {
    return ContentBlockParam.ofToolResult(
        ToolResultBlockParam.builder().toolUseId(use.id()).content("flour").build());
  }

  @Test
  void shouldKnowItsErrors() {
    // Given
    AnthropicClient stranger = clientOf("sk-ant-wrong");
    // Then
    assertThatThrownBy(() -> stranger.messages().create(params().build()))
        .isInstanceOf(UnauthorizedException.class);
    stranger.close();
    assertThatThrownBy(() -> client.messages().create(params().addStopSequence("\n").build()))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            error -> {
              assertThat(error.apiMessage().orElseThrow()).contains("non-whitespace");
              assertThat(error.requestId().orElseThrow()).startsWith("req_");
            });
    script(b -> b.withErrors(ErrorRule.always(429).withHeader("retry-after", "7")));
    assertThatThrownBy(() -> streamed(params().build()))
        .isInstanceOfSatisfying(
            RateLimitException.class,
            error -> assertThat(error.headers().values("retry-after")).containsExactly("7"));
  }
}
