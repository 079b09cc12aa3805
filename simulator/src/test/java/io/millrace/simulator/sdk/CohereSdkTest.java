package io.millrace.simulator.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cohere.api.Cohere;
import com.cohere.api.core.CohereApiException;
import com.cohere.api.errors.TooManyRequestsError;
import com.cohere.api.errors.UnauthorizedError;
import com.cohere.api.resources.v2.requests.V2ChatRequest;
import com.cohere.api.resources.v2.requests.V2ChatStreamRequest;
import com.cohere.api.resources.v2.requests.V2EmbedRequest;
import com.cohere.api.resources.v2.types.V2ChatRequestToolChoice;
import com.cohere.api.resources.v2.types.V2ChatStreamResponse;
import com.cohere.api.types.AssistantMessage;
import com.cohere.api.types.ChatFinishReason;
import com.cohere.api.types.ChatMessageV2;
import com.cohere.api.types.EmbedInputType;
import com.cohere.api.types.EmbeddingType;
import com.cohere.api.types.ToolMessageV2;
import com.cohere.api.types.ToolMessageV2Content;
import com.cohere.api.types.ToolV2;
import com.cohere.api.types.ToolV2Function;
import com.cohere.api.types.UserMessageV2;
import com.cohere.api.types.UserMessageV2Content;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.ErrorRule;
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

/** Cohere's own client, against the simulator. */
class CohereSdkTest {

  private static final String KEY = "key-right";
  private static final SimulatorScript SCRIPT =
      SimulatorScript.defaults().withRequiredKey(KEY).withBehaviour(b -> b.withOutputTokens(3));
  private static final ToolV2 GRIND =
      ToolV2.builder()
          .function(
              ToolV2Function.builder()
                  .name("grind")
                  .parameters(
                      Map.of(
                          "type",
                          "object",
                          "properties",
                          Map.of("grain", Map.of("type", "string")),
                          "required",
                          List.of("grain")))
                  .build())
          .build();

  private final Vertx vertx = Vertx.vertx();
  private final Simulator simulator = await(Simulator.start(vertx, "127.0.0.1", 0, 1));
  private final Cohere client = client(KEY);

  @BeforeEach
  void start() {
    simulator.script(SCRIPT);
  }

  @AfterEach
  void stop() {
    await(simulator.close());
    await(vertx.close());
  }

  @Test
  void shouldAnswer() {
    // When
    var answer =
        client
            .v2()
            .chat(V2ChatRequest.builder().model("command-a-03-2025").addMessages(user()).build());
    // Then
    assertThat(answer.getFinishReason()).isEqualTo(ChatFinishReason.COMPLETE);
    var content = answer.getMessage().getContent().orElseThrow();
    assertThat(content.getFirst().getText().orElseThrow().getText()).isEqualTo("the water turns");
    var tokens = answer.getUsage().orElseThrow().getTokens().orElseThrow();
    assertThat(tokens.getOutputTokens()).hasValue(3.0);
  }

  @Test
  void shouldStream() {
    // When
    var events =
        events(
            V2ChatStreamRequest.builder().model("command-a-03-2025").addMessages(user()).build());
    // Then
    var text = new StringBuilder();
    for (var event : events) {
      event
          .getContentDelta()
          .flatMap(delta -> delta.getDelta())
          .flatMap(delta -> delta.getMessage())
          .flatMap(message -> message.getContent())
          .flatMap(content -> content.getText())
          .ifPresent(text::append);
    }
    assertThat(text).hasToString("the water turns");
    assertThat(events.getFirst().isMessageStart()).isTrue();
    var end = events.getLast().getMessageEnd().orElseThrow().getDelta().orElseThrow();
    assertThat(end.getFinishReason()).hasValue(ChatFinishReason.COMPLETE);
    assertThat(end.getUsage().orElseThrow().getTokens().orElseThrow().getOutputTokens())
        .hasValue(3.0);
    assertThat(events).noneMatch(V2ChatStreamResponse::_isUnknown);
  }

  @Test
  void shouldCallToolsAndTakeTheirResults() {
    // Given
    var request =
        V2ChatRequest.builder()
            .model("command-a-03-2025")
            .addMessages(user())
            .tools(List.of(GRIND));
    // When
    var calling = client.v2().chat(request.toolChoice(V2ChatRequestToolChoice.REQUIRED).build());
    var message = calling.getMessage();
    var call = message.getToolCalls().orElseThrow().getFirst();
    var answer =
        client
            .v2()
            .chat(
                V2ChatRequest.builder()
                    .model("command-a-03-2025")
                    .addMessages(user())
                    .addMessages(
                        ChatMessageV2.assistant(
                            AssistantMessage.builder()
                                .toolCalls(message.getToolCalls())
                                .toolPlan(message.getToolPlan())
                                .build()))
                    .addMessages(
                        ChatMessageV2.tool(
                            ToolMessageV2.builder()
                                .toolCallId(call.getId())
                                .content(ToolMessageV2Content.of("flour"))
                                .build()))
                    .tools(List.of(GRIND))
                    .build());
    // Then
    assertThat(calling.getFinishReason()).isEqualTo(ChatFinishReason.TOOL_CALL);
    assertThat(call.getFunction().orElseThrow().getName()).hasValue("grind");
    assertThat(call.getFunction().orElseThrow().getArguments()).hasValue("{\"grain\": \"water\"}");
    assertThat(answer.getFinishReason()).isEqualTo(ChatFinishReason.COMPLETE);
  }

  @Test
  void shouldStreamToolCalls() {
    // Given
    simulator.script(SCRIPT.withBehaviour(b -> b.withExtras(e -> e.withToolCalls(2))));
    // When
    var events =
        events(
            V2ChatStreamRequest.builder()
                .model("command-a-03-2025")
                .addMessages(user())
                .tools(List.of(GRIND))
                .build());
    // Then
    assertThat(events.stream().filter(V2ChatStreamResponse::isToolCallStart)).hasSize(2);
    assertThat(events.stream().filter(V2ChatStreamResponse::isToolCallDelta)).isNotEmpty();
    assertThat(events.stream().filter(V2ChatStreamResponse::isToolPlanDelta)).hasSize(1);
    assertThat(events).noneMatch(V2ChatStreamResponse::_isUnknown);
  }

  @Test
  void shouldEmbed() {
    // When
    var answer =
        client
            .v2()
            .embed(
                V2EmbedRequest.builder()
                    .model("embed-v4.0")
                    .inputType(EmbedInputType.SEARCH_DOCUMENT)
                    .texts(List.of("stone", "wheel"))
                    .embeddingTypes(List.of(EmbeddingType.FLOAT))
                    .outputDimension(256)
                    .build());
    // Then
    var vectors = answer.getEmbeddings().getFloat().orElseThrow();
    assertThat(vectors).hasSize(2).allMatch(vector -> vector.size() == 256);
    assertThat(answer.getMeta().orElseThrow().getBilledUnits().orElseThrow().getInputTokens())
        .hasValue(4.0);
  }

  @Test
  void shouldRefuseInCoheresWords() {
    // Given
    var request = V2ChatRequest.builder().model("command-a-03-2025").addMessages(user()).build();
    // When
    simulator.script(SCRIPT.withBehaviour(b -> b.withErrors(ErrorRule.always(429))));
    // Then
    assertThatThrownBy(() -> client.v2().chat(request))
        .isInstanceOfSatisfying(
            TooManyRequestsError.class,
            error -> assertThat(error.body().toString()).contains("per minute request limit"));
    assertThatThrownBy(() -> client("key-wrong").v2().chat(request))
        .isInstanceOf(UnauthorizedError.class)
        .isInstanceOf(CohereApiException.class);
  }

  private List<V2ChatStreamResponse> events(V2ChatStreamRequest request) {
    var events = new ArrayList<V2ChatStreamResponse>();
    client.v2().chatStream(request).forEach(events::add);
    return events;
  }

  private static ChatMessageV2 user() {
    return ChatMessageV2.user(
        UserMessageV2.builder().content(UserMessageV2Content.of("What turns?")).build());
  }

  private Cohere client(String key) {
    return Cohere.builder().token(key).url(simulator.rootUrl()).maxRetries(0).build();
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
