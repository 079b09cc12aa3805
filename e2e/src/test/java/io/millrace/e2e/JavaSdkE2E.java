package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.RequestOptions;
import com.openai.core.Timeout;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.moderations.ModerationCreateParams;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** OpenAI's client for Java, which also checks the shape of what it reads when told to. */
@TestInstance(Lifecycle.PER_CLASS)
@org.junit.jupiter.api.Timeout(90)
class JavaSdkE2E {

  private final SdkInstallation installation = SdkInstallation.start();
  private final OpenAIClient client = client(Installation.KEY);

  JavaSdkE2E() throws IOException {}

  @AfterAll
  void stop() {
    client.close();
    installation.close();
  }

  /** Something with a schema. */
  @SuppressWarnings("NullAway.Init")
  static final class Count {
    public long count;
    public String animal;
  }

  private OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder().baseUrl(installation.baseUrl()).apiKey(key).build();
  }

  private static ChatCompletionCreateParams.Builder chat(String model) {
    return ChatCompletionCreateParams.builder()
        .model(model)
        .addDeveloperMessage("Be brief.")
        .addUserMessage(ChatInstallation.prompt());
  }

  private static FunctionDefinition weather() {
    return FunctionDefinition.builder()
        .name("weather")
        .parameters(
            FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty(
                    "properties", JsonValue.from(Map.of("place", Map.of("type", "string"))))
                .putAdditionalProperty("required", JsonValue.from(List.of("place")))
                .build())
        .build();
  }

  // ---- chat

  @Test
  void shouldAnswerWhole() {
    // When
    var answer = client.chat().completions().create(chat("steady").n(2).build()).validate();
    // Then
    assertThat(answer.choices()).hasSize(2);
    assertThat(answer.choices().getFirst().message().content().orElseThrow().split(" "))
        .hasSize(12);
    assertThat(answer.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(24);
  }

  @Test
  void shouldNameTheRequestInTheHead() {
    try (var answer =
        client.chat().completions().withRawResponse().create(chat("steady").build())) {
      assertThat(answer.requestId().orElseThrow()).startsWith("req_");
      assertThat(answer.parse().id()).isNotEmpty();
    }
  }

  @Test
  void shouldStreamAndPutTogether() {
    // Given
    var params =
        chat("paced")
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    var accumulator = ChatCompletionAccumulator.create();
    // When
    try (var stream = client.chat().completions().createStreaming(params)) {
      stream.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
    }
    // Then
    var answer = accumulator.chatCompletion();
    assertThat(answer.choices().getFirst().message().content().orElseThrow().split(" "))
        .hasSize(12);
    assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(12);
  }

  @Test
  void shouldStreamToolCallsAndPutThemTogether() {
    // Given
    var accumulator = ChatCompletionAccumulator.create();
    // When
    try (var stream =
        client
            .chat()
            .completions()
            .createStreaming(chat("handy").addFunctionTool(weather()).build())) {
      stream.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
    }
    // Then
    var call =
        accumulator
            .chatCompletion()
            .choices()
            .getFirst()
            .message()
            .toolCalls()
            .orElseThrow()
            .getFirst();
    assertThat(call.asFunction().function().name()).isEqualTo("weather");
    assertThat(call.asFunction().function().arguments()).contains("place");
  }

  @Test
  void shouldReadAnAnswerByItsSchema() {
    // When
    var answer =
        client.chat().completions().create(chat("steady").responseFormat(Count.class).build());
    // Then
    assertThat(answer.choices().getFirst().message().content().orElseThrow().animal).isNotNull();
  }

  // ---- embeddings, models, moderations

  @Test
  void shouldGiveTheSameNumbersWhateverTheForm() {
    // Given
    var params =
        EmbeddingCreateParams.builder()
            .model("org/embed:1")
            .inputOfArrayOfStrings(List.of("a", "b"));
    // When
    var usual = client.embeddings().create(params.build()).validate();
    var floats =
        client
            .embeddings()
            .create(params.encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT).build());
    // Then
    assertThat(usual.data()).hasSize(2);
    assertThat(usual.data().getLast().embedding()).isEqualTo(floats.data().getLast().embedding());
  }

  @Test
  void shouldListModelsAndFindOneWithASlash() {
    // When
    var models = client.models().list().autoPager().stream().toList();
    // Then
    assertThat(models).allSatisfy(model -> model.validate());
    assertThat(models).extracting(model -> model.id()).contains("steady", "org/embed:1");
    assertThat(client.models().retrieve("org/embed:1").ownedBy()).isEqualTo("sim");
  }

  @Test
  void shouldModerate() {
    // When
    var answer =
        client
            .moderations()
            .create(ModerationCreateParams.builder().inputOfStrings(List.of("a", "b")).build())
            .validate();
    // Then
    assertThat(answer.results()).hasSize(2);
    assertThat(answer.results().getFirst().categories().violence()).isFalse();
  }

  // ---- errors

  @Test
  void shouldThrowByTheStatus() {
    // Given
    var stranger = client("no-key-of-anybody");
    var pauper = client(SdkInstallation.PAUPER_KEY);
    // Then
    assertThat(thrown(UnauthorizedException.class, () -> stranger.models().list()))
        .returns("invalid_api_key", e -> e.code().orElse(""));
    assertThat(thrown(NotFoundException.class, () -> create(chat("none"))))
        .returns("model_not_found", e -> e.code().orElse(""))
        .returns("model", e -> e.param().orElse(""));
    assertThat(thrown(BadRequestException.class, () -> create(chat("steady").temperature(3.0))))
        .returns("decimal_above_max_value", e -> e.code().orElse(""))
        .returns("temperature", e -> e.param().orElse(""))
        .returns("invalid_request_error", e -> e.type().orElse(""));
    assertThat(thrown(InternalServerException.class, () -> create(chat("broken")))).isNotNull();
    assertThat(
            thrown(
                RateLimitException.class,
                () -> pauper.chat().completions().create(chat("steady").build())))
        .returns(List.of("false"), e -> e.headers().values("x-should-retry"))
        .returns("organization_spend_limit_exceeded", e -> e.code().orElse(""));
  }

  @Test
  void shouldThrowWhenTheIdempotencyKeyCarriesAnotherBody() {
    // Given
    create(chat("steady").putAdditionalHeader("Idempotency-Key", "java"));
    // When
    var thrown =
        thrown(
            UnexpectedStatusCodeException.class,
            () -> create(chat("steady").putAdditionalHeader("Idempotency-Key", "java")));
    // Then
    assertThat(thrown.statusCode()).isEqualTo(409);
  }

  @Test
  void shouldThrowWhenTheAnswerTakesTooLong() {
    // Given
    var options =
        RequestOptions.builder()
            .timeout(Timeout.builder().request(Duration.ofMillis(300)).build())
            .build();
    var impatient = client.withOptions(changed -> changed.maxRetries(0));
    // Then
    assertThatThrownBy(() -> impatient.chat().completions().create(chat("slow").build(), options))
        .isInstanceOf(OpenAIException.class)
        .isNotInstanceOf(OpenAIServiceException.class);
  }

  private ChatCompletion create(ChatCompletionCreateParams.Builder params) {
    return client.chat().completions().create(params.build());
  }

  private static <E extends Exception> E thrown(Class<E> type, Runnable call) {
    return assertThatExceptionOfType(type).isThrownBy(call::run).actual();
  }
}
