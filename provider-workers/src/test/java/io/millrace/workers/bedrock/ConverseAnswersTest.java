package io.millrace.workers.bedrock;

import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.text;
import static io.millrace.workers.Attempts.utf8;
import static io.millrace.workers.bedrock.Answers.frame;
import static io.millrace.workers.bedrock.Answers.frames;
import static io.millrace.workers.bedrock.Answers.json;
import static io.millrace.workers.bedrock.Answers.reader;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Breakage;
import io.millrace.workers.Outcome;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConverseAnswersTest {

  private static final String CLAUDE = "eu.anthropic.claude-x";

  private final Answers answers = new Answers();

  @Test
  void shouldWriteOpenAisFormWhenTheAnswerIsWhole() {
    // Given
    var body =
        """
        {"output":{"message":{"role":"assistant","content":[
          {"reasoningContent":{"reasoningText":{"text":"hm","signature":"s1"}}},
          {"text":"Hello"},
          {"toolUse":{"toolUseId":"t1","name":"weather","input":{"city":"Ulm"}}},
          {"toolUse":{"toolUseId":"t2","name":"clock","input":{}}}]}},
         "stopReason":"tool_use","metrics":{"latencyMs":7},"new":1,
         "usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15,"cacheReadInputTokens":3,
          "cacheWriteInputTokens":4,"cacheDetails":[{"ttl":"1h","inputTokens":1},{"ttl":"5m","inputTokens":3}]}}""";
    // When
    var outcome = answers.read(anAttempt().setModel(CLAUDE).build(), body);
    // Then
    assertThat(outcome.usage()).isEqualTo(new Usage(17L, 3L, 4L, 1L, 5L, 0L, false));
    assertThat(whole(outcome).path("choices"))
        .isEqualTo(
            json(
                """
                [{"index":0,"message":{"role":"assistant","content":"Hello","refusal":null,
                  "reasoning_content":"hm",
                  "extra_content":{"bedrock":{"vendor":"anthropic.","reasoning_content":[
                    {"reasoningText":{"text":"hm","signature":"s1"}}]}},
                  "tool_calls":[
                   {"id":"t1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Ulm\\"}"}},
                   {"id":"t2","type":"function","function":{"name":"clock","arguments":"{}"}}]},
                  "logprobs":null,"finish_reason":"tool_calls"}]"""));
  }

  @ParameterizedTest
  @CsvSource({
    "end_turn, stop, COMPLETED",
    "stop_sequence, stop, COMPLETED",
    "something_new, stop, COMPLETED",
    "tool_use, tool_calls, COMPLETED",
    "max_tokens, length, INCOMPLETE",
    "model_context_window_exceeded, length, INCOMPLETE",
    "guardrail_intervened, content_filter, INCOMPLETE",
    "content_filtered, content_filter, INCOMPLETE"
  })
  void shouldTranslateTheReasonWhenTheAnswerEnds(String reason, String finish, Verdict verdict) {
    // Given
    var body =
        """
        {"output":{"message":{"role":"assistant","content":[]}},"stopReason":"%s"}"""
            .formatted(reason);
    // When
    var outcome = answers.read(anAttempt().build(), body);
    // Then
    assertThat(outcome.verdict()).isEqualTo(verdict);
    assertThat(whole(outcome).at("/choices/0/finish_reason").asText()).isEqualTo(finish);
    assertThat(outcome.usage()).isNotNull().extracting(Usage::getEstimated).isEqualTo(true);
  }

  @ParameterizedTest
  @CsvSource({"malformed_tool_use", "malformed_model_output"})
  void shouldFailWhenTheModelWroteRubbish(String reason) {
    // Given
    var body =
        """
        {"output":{"message":{"role":"assistant","content":[]}},"stopReason":"%s"}"""
            .formatted(reason);
    // When
    var outcome = answers.read(anAttempt().build(), body);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.UPSTREAM_FAILURE);
  }

  @Test
  void shouldTurnEventsIntoChunksWhenStreaming() {
    // Given
    var stream =
        frames(
            "messageStart", "{\"role\":\"assistant\",\"p\":\"ab\"}",
            "contentBlockDelta",
                "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"h\"}}}",
            "contentBlockDelta",
                "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"m\"}}}",
            "contentBlockDelta",
                "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"s1\"}}}",
            "contentBlockStop", "{\"contentBlockIndex\":0}",
            "contentBlockDelta", "{\"contentBlockIndex\":1,\"delta\":{\"text\":\"Hel\"}}",
            "contentBlockDelta", "{\"contentBlockIndex\":1,\"delta\":{\"text\":\"lo\"}}",
            "contentBlockStop", "{\"contentBlockIndex\":1}",
            "contentBlockStart",
                "{\"contentBlockIndex\":2,\"start\":{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"weather\"}}}",
            "contentBlockDelta",
                "{\"contentBlockIndex\":2,\"delta\":{\"toolUse\":{\"input\":\"{\\\"a\\\"\"}}}",
            "contentBlockDelta",
                "{\"contentBlockIndex\":2,\"delta\":{\"toolUse\":{\"input\":\":1}\"}}}",
            "contentBlockStop", "{\"contentBlockIndex\":2}",
            "unknownEvent", "{}",
            "messageStop", "{\"stopReason\":\"tool_use\"}",
            "metadata",
                "{\"usage\":{\"inputTokens\":2,\"outputTokens\":3,\"cacheReadInputTokens\":1},\"metrics\":{}}");
    var reader = reader(streamed(), 200, Map.of());
    // When
    var outcome = answers.read(reader, stream);
    // Then
    assertThat(reader.isComplete()).isTrue();
    assertThat(outcome.usage()).isEqualTo(new Usage(3L, 1L, 0L, 0L, 3L, 0L, false));
    assertThat(
            answers.deltas.stream()
                .map(chunk -> chunk.at("/choices/0/delta").toString())
                .collect(Collectors.joining("\n")))
        .isEqualTo(
            """
            {"role":"assistant","content":""}
            {"reasoning_content":"h"}
            {"reasoning_content":"m"}
            {"content":"Hel"}
            {"content":"lo"}
            {"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"weather","arguments":""}}]}
            {"tool_calls":[{"index":0,"function":{"arguments":"{\\"a\\""}}]}
            {"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}
            {"extra_content":{"bedrock":{"vendor":"anthropic.","reasoning_content":[{"reasoningText":{"text":"hm","signature":"s1"}}]}}}
            {}
            """
                    .stripTrailing()
                + "\n");
    assertThat(answers.deltas.getLast().at("/usage/prompt_tokens").asInt()).isEqualTo(3);
    assertThat(whole(outcome).at("/choices/0/message/content").asText()).isEqualTo("Hello");
    assertThat(whole(outcome).at("/choices/0/message/tool_calls/0/function/arguments").asText())
        .isEqualTo("{\"a\":1}");
  }

  @Test
  void shouldAnswerWhenTheStreamEndsAfterItsMessageStop() {
    // Given
    var stream =
        frames(
            "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello\"}}",
            "messageStop", "{\"stopReason\":\"end_turn\"}");
    // When
    var outcome = answers.read(reader(streamed(), 200, Map.of()), stream);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(outcome.usage()).isNotNull().extracting(Usage::getEstimated).isEqualTo(true);
  }

  @Test
  void shouldSayCutWhenTheStreamEndsBeforeItsMessageStop() {
    // Given
    var stream =
        frames("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello\"}}");
    // When
    var ended = answers.read(reader(streamed(), 200, Map.of()), stream);
    var broken = reader(streamed(), 200, Map.of());
    broken.onBytes(stream, answers::onDelta);
    // Then
    assertThat(ended.verdict()).isEqualTo(Verdict.CUT_STREAM);
    assertThat(broken.onBroken(Breakage.CONNECTION_LOST).verdict()).isEqualTo(Verdict.CUT_STREAM);
  }

  @Test
  void shouldFailWhenAFrameIsBroken() {
    // Given
    var frame = frames("contentBlockDelta", "{\"delta\":{\"text\":\"Hello\"}}");
    frame[frame.length - 6] ^= 1;
    // When
    var outcome = answers.read(reader(streamed(), 200, Map.of()), frame);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.UPSTREAM_FAILURE);
    assertThat(answers.deltas).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "throttlingException, Too many requests, RATE_LIMITED",
    "throttlingException, Too many tokens per day, OUT_OF_QUOTA",
    "serviceUnavailableException, x, OVERLOADED",
    "internalServerException, x, UPSTREAM_FAILURE",
    "modelStreamErrorException, x, UPSTREAM_FAILURE",
    "validationException, x, INVALID"
  })
  void shouldFailWhenTheStreamBringsAnException(String type, String message, Verdict verdict) {
    // Given
    var exception =
        frame(
            Map.of(":message-type", "exception", ":exception-type", type),
            "{\"message\":\"%s\"}".formatted(message));
    var later = new ByteArrayOutputStream();
    later.writeBytes(frames("contentBlockDelta", "{\"delta\":{\"text\":\"Hello\"}}"));
    later.writeBytes(exception);
    // When
    var first = answers.read(reader(streamed(), 200, Map.of()), exception);
    var afterText = answers.read(reader(streamed(), 200, Map.of()), later.toByteArray());
    // Then
    assertThat(first.verdict()).isEqualTo(verdict);
    assertThat(afterText.verdict()).isEqualTo(Verdict.CUT_STREAM);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|ValidationException:http://x|Input is too long for requested model.|CONTEXT_TOO_LONG|400",
        "400|ValidationException|The provided model identifier is invalid.|NOT_FOUND|404",
        "400|ValidationException|1 validation error|INVALID|400",
        "400|ServiceQuotaExceededException|x|OUT_OF_QUOTA|429",
        "403|AccessDeniedException|User: arn:aws:iam::1:user/x is not authorized|UNAUTHORISED|502",
        "403|AccessDeniedException|You don't have access to the model with the specified model ID.|NOT_FOUND|404",
        "403|UnrecognizedClientException|The security token is invalid|UNAUTHORISED|502",
        "403|ExpiredTokenException|x|UNAUTHORISED|502",
        "404|ResourceNotFoundException|Could not resolve the model|NOT_FOUND|404",
        "408|ModelTimeoutException|x|TIMEOUT|504",
        "424|ModelErrorException|x|UPSTREAM_FAILURE|502",
        "429|ThrottlingException|Too many tokens, please wait before trying again.|RATE_LIMITED|429",
        "429|ThrottlingException|Too many tokens per day, please wait before trying again.|OUT_OF_QUOTA|429",
        "429|ModelNotReadyException|x|RATE_LIMITED|429",
        "500|InternalServerException|x|UPSTREAM_FAILURE|502",
        "503|ServiceUnavailableException|x|OVERLOADED|503",
        "503||x|OVERLOADED|503",
        "429||x|RATE_LIMITED|429"
      })
  void shouldJudgeByTypeAndTextWhenRefused(
      int status, String type, String message, Verdict verdict, int clientStatus) {
    // Given
    var headers = type == null ? Map.<String, String>of() : Map.of("x-amzn-errortype", type);
    var body = "{\"message\":\"%s\"}".formatted(message).getBytes(UTF_8);
    // When
    var outcome = answers.read(reader(anAttempt().build(), status, headers), body);
    // Then
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failure.class,
            failure -> {
              assertThat(failure.verdict()).isEqualTo(verdict);
              assertThat(failure.error().status()).isEqualTo(clientStatus);
              assertThat(failure.error().message()).doesNotContain("arn:aws");
            });
  }

  private static AttemptRequested streamed() {
    var body =
        """
        {"messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}""";
    return anAttempt().setModel(CLAUDE).setStream(true).setBody(utf8(body)).build();
  }

  private static JsonNode whole(Outcome outcome) {
    return json(text(((Outcome.Answer) outcome).body()));
  }
}
