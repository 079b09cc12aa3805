package io.millrace.simulator.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.Reasoning;
import com.openai.models.moderations.ModerationCreateParams;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseIncludable;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ToolChoiceOptions;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.SimulatorScript;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OpenAI's own client asks the simulator for Responses and moderations. */
class OpenAiResponsesSdkTest {

  private static final SimulatorScript SCRIPT =
      SimulatorScript.defaults().withBehaviour(b -> b.withOutputTokens(3));
  private static final FunctionTool GRIND =
      FunctionTool.builder()
          .name("grind")
          .strict(true)
          .parameters(
              FunctionTool.Parameters.builder()
                  .putAdditionalProperty("type", JsonValue.from("object"))
                  .putAdditionalProperty(
                      "properties", JsonValue.from(Map.of("grain", Map.of("type", "string"))))
                  .putAdditionalProperty("required", JsonValue.from(List.of("grain")))
                  .build())
          .build();

  private final Vertx vertx = Vertx.vertx();
  private final Simulator simulator = await(Simulator.start(vertx, "127.0.0.1", 0, 1));
  private final OpenAIClient client =
      OpenAIOkHttpClient.builder().baseUrl(simulator.baseUrl()).apiKey("key").maxRetries(0).build();

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

  private static ResponseCreateParams.Builder asked() {
    return ResponseCreateParams.builder()
        .model("gpt-4o-mini")
        .instructions("Be brief.")
        .input("How does a mill work?");
  }

  private Response create(ResponseCreateParams.Builder params) {
    return client.responses().create(params.build()).validate();
  }

  private Response stream(ResponseCreateParams.Builder params) {
    var accumulator = ResponseAccumulator.createWithSnapshots();
    try (var events = client.responses().createStreaming(params.build())) {
      events.stream().forEach(event -> accumulator.accumulate(event.validate()));
    }
    var response = accumulator.response();
    assertThat(accumulator.reconstructedResponse().output()).isEqualTo(response.output());
    return response;
  }

  private static String text(Response response) {
    return response.output().stream()
        .filter(ResponseOutputItem::isMessage)
        .flatMap(item -> item.asMessage().content().stream())
        .map(part -> part.asOutputText().text())
        .collect(Collectors.joining());
  }

  @Test
  void shouldAnswerWholeAndStreamedAlike() {
    // Given
    simulator.script(
        SCRIPT.withBehaviour(
            b ->
                b.withOutputTokens(3)
                    .withExtras(e -> e.withCachedInputTokens(4).withReasoningTokens(7))));
    // When
    var whole = create(asked());
    var streamed = stream(asked());
    // Then
    for (var response : List.of(whole, streamed)) {
      assertThat(response.status()).contains(ResponseStatus.COMPLETED);
      assertThat(text(response)).isEqualTo("the water turns");
      var usage = response.usage().orElseThrow();
      assertThat(usage.outputTokens()).isEqualTo(10);
      assertThat(usage.inputTokensDetails().cachedTokens()).isEqualTo(4);
      assertThat(usage.outputTokensDetails().reasoningTokens()).isEqualTo(7);
    }
    assertThat(simulator.stats().outputTokens()).isEqualTo(20);
  }

  @Test
  void shouldShowThoughtsAndLogprobsWhenAsked() {
    // Given
    simulator.script(SCRIPT.withBehaviour(b -> b.withExtras(e -> e.withReasoningTokens(2))));
    var params =
        asked()
            .reasoning(Reasoning.builder().summary(Reasoning.Summary.AUTO).build())
            .include(
                List.of(
                    ResponseIncludable.REASONING_ENCRYPTED_CONTENT,
                    ResponseIncludable.MESSAGE_OUTPUT_TEXT_LOGPROBS));
    // When
    var response = stream(params);
    // Then
    var thought = response.output().getFirst().asReasoning();
    assertThat(thought.summary().getFirst().text()).isEqualTo("the water");
    assertThat(thought.encryptedContent()).isPresent();
    var part = response.output().getLast().asMessage().content().getFirst().asOutputText();
    assertThat(part.logprobs().orElseThrow().get(1).token()).isEqualTo(" water");
  }

  @Test
  void shouldCallFunctionsAndGoOnWithTheirResults() {
    // Given
    simulator.script(SCRIPT.withBehaviour(b -> b.withExtras(e -> e.withToolCalls(2))));
    // When
    var calling = stream(asked().addTool(GRIND));
    var input = new ArrayList<ResponseInputItem>();
    input.add(
        ResponseInputItem.ofEasyInputMessage(
            EasyInputMessage.builder()
                .role(EasyInputMessage.Role.USER)
                .content("How does a mill work?")
                .build()));
    for (var item : calling.output()) {
      var call = item.asFunctionCall();
      input.add(ResponseInputItem.ofFunctionCall(call));
      input.add(
          ResponseInputItem.ofFunctionCallOutput(
              ResponseInputItem.FunctionCallOutput.builder()
                  .callId(call.callId())
                  .output("done")
                  .build()));
    }
    var answer = create(asked().addTool(GRIND).inputOfResponse(input));
    // Then
    assertThat(calling.output()).hasSize(2);
    assertThat(calling.output().getFirst().asFunctionCall().arguments())
        .isEqualTo("{\"grain\": \"water\"}");
    assertThat(text(answer)).startsWith("the water turns");
  }

  @Test
  void shouldSayWhyItIsIncomplete() {
    // Given
    simulator.script(SCRIPT.withBehaviour(b -> b.withOutputTokens(40)));
    // When
    var response = stream(asked().maxOutputTokens(16));
    // Then
    assertThat(response.status()).contains(ResponseStatus.INCOMPLETE);
    assertThat(response.incompleteDetails().orElseThrow().reason())
        .contains(Response.IncompleteDetails.Reason.MAX_OUTPUT_TOKENS);
  }

  @Test
  void shouldRefuseWhatOpenAiRefuses() {
    // Given
    var nested = Map.of("type", "function", "function", Map.of("name", "grind"));
    // Then
    assertThatThrownBy(() -> create(asked().maxOutputTokens(3)))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("max_output_tokens");
    assertThatThrownBy(() -> create(asked().previousResponseId("resp_1")))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("resp_1");
    assertThatThrownBy(
            () ->
                create(
                    asked()
                        .putAdditionalBodyProperty("tools", JsonValue.from(List.of(nested)))
                        .toolChoice(ToolChoiceOptions.AUTO)))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("tools[0].name");
    // When
    simulator.script(SCRIPT.withBehaviour(b -> b.withErrors(ErrorRule.always(429))));
    // Then
    assertThatThrownBy(() -> create(asked())).isInstanceOf(RateLimitException.class);
  }

  @Test
  void shouldModerate() {
    // When
    var answer =
        client
            .moderations()
            .create(
                ModerationCreateParams.builder()
                    .inputOfStrings(List.of("a quiet mill", "violence"))
                    .build())
            .validate();
    // Then
    assertThat(answer.model()).isEqualTo("omni-moderation-latest");
    assertThat(answer.results()).extracting(one -> one.flagged()).containsExactly(false, true);
    assertThat(answer.results().getLast().categories().violence()).isTrue();
  }
}
