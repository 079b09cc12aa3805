package io.millrace.workers.google;

import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.utf8;
import static io.millrace.workers.google.Replies.body;
import static io.millrace.workers.google.Replies.gemini;
import static io.millrace.workers.google.Replies.json;
import static io.millrace.workers.google.Replies.streamed;
import static io.millrace.workers.google.Replies.vertex;
import static io.millrace.workers.google.Replies.whole;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoogleAnswerTest {

  private static final AttemptRequested CHAT = anAttempt().setModel("gemini-3-flash").build();
  private static final AttemptRequested STREAM =
      AttemptRequested.newBuilder(CHAT).setStream(true).build();

  private final List<JsonNode> deltas = new ArrayList<>();

  private static String finished(String reason) {
    return """
        {"candidates":[{"content":{"role":"model","parts":[{"text":"Hey"}]},"finishReason":"%s"}],
         "usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":1},"modelVersion":"gemini-3-flash"}"""
        .formatted(reason);
  }

  @Test
  void shouldReadPartsAndUsageWhenAnswered() {
    // When
    var outcome =
        whole(
            gemini(),
            CHAT,
            200,
            """
            {"candidates":[{"content":{"role":"model","parts":[
               {"text":"Let me think","thought":true},{"text":"He"},{"text":"llo","thoughtSignature":"dGV4dA=="},
               {"functionCall":{"name":"here","args":{"at":1.50}},"thoughtSignature":"c2ln"},
               {"functionCall":{"id":"f2","name":"rain"}}]},
               "finishReason":"STOP","index":0,"avgLogprobs":-0.1,
               "logprobsResult":{"chosenCandidates":[{"token":"é","tokenId":5,"logProbability":-0.5},{"token":"x"}],
                 "topCandidates":[{"candidates":[{"token":"é","logProbability":-0.5},{"token":"e","logProbability":-1.5}]}]}}],
             "usageMetadata":{"promptTokenCount":20,"cachedContentTokenCount":8,"toolUsePromptTokenCount":2,
               "candidatesTokenCount":5,"thoughtsTokenCount":30,"totalTokenCount":57},
             "modelVersion":"gemini-3-flash-001","responseId":"r1"}""");
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(outcome.usage()).isEqualTo(new Usage(22L, 8L, 0L, 0L, 35L, 30L, false));
    var body = body(outcome);
    assertThat(body.path("id").asText()).isEqualTo("r1");
    assertThat(body.path("model").asText()).isEqualTo("gemini-3-flash-001");
    var choice = body.path("choices").path(0);
    assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
    var message = choice.path("message");
    assertThat(message.path("content").asText()).isEqualTo("Hello");
    assertThat(message.path("reasoning_content").asText()).isEqualTo("Let me think");
    assertThat(message.path("extra_content"))
        .isEqualTo(json("{\"google\":{\"thought_signature\":\"dGV4dA==\"}}"));
    assertThat(message.path("tool_calls").path(0).path("id").asText()).startsWith("call_");
    assertThat(message.path("tool_calls").path(0).path("function"))
        .isEqualTo(json("{\"name\":\"here\",\"arguments\":\"{\\\"at\\\":1.50}\"}"));
    assertThat(message.path("tool_calls").path(0).path("extra_content"))
        .isEqualTo(json("{\"google\":{\"thought_signature\":\"c2ln\"}}"));
    assertThat(message.path("tool_calls").path(1))
        .isEqualTo(
            json(
                """
                {"id":"f2","type":"function","function":{"name":"rain","arguments":"{}"}}"""));
    assertThat(choice.path("logprobs").path("content"))
        .isEqualTo(
            json(
                """
                [{"token":"é","logprob":-0.5,"bytes":[195,169],"top_logprobs":[
                   {"token":"é","logprob":-0.5,"bytes":[195,169]},{"token":"e","logprob":-1.5,"bytes":[101]}]},
                 {"token":"x","logprob":0,"bytes":[120],"top_logprobs":[]}]"""));
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, COMPLETED, stop",
    "OTHER, COMPLETED, stop",
    "SOMETHING_NEW, COMPLETED, stop",
    "MAX_TOKENS, INCOMPLETE, length",
    "SAFETY, INCOMPLETE, content_filter",
    "RECITATION, INCOMPLETE, content_filter",
    "PROHIBITED_CONTENT, INCOMPLETE, content_filter"
  })
  void shouldMapTheFinishReasonWhenAnswered(String reason, Verdict verdict, String openAi) {
    // When
    var outcome = whole(gemini(), CHAT, 200, finished(reason));
    // Then
    assertThat(outcome.verdict()).isEqualTo(verdict);
    assertThat(body(outcome).path("choices").path(0).path("finish_reason").asText())
        .isEqualTo(openAi);
  }

  @ParameterizedTest
  @CsvSource({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
  void shouldFailWhenTheModelWentAstray(String reason) {
    // Then
    assertThat(whole(gemini(), CHAT, 200, finished(reason)).verdict())
        .isEqualTo(Verdict.UPSTREAM_FAILURE);
  }

  @Test
  void shouldSayFilteredWhenThePromptIsBlocked() {
    // When
    var outcome =
        whole(
            gemini(),
            CHAT,
            200,
            """
            {"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4}}""");
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(outcome.usage()).isEqualTo(new Usage(4L, 0L, 0L, 0L, 0L, 0L, false));
    var choice = body(outcome).path("choices").path(0);
    assertThat(choice.path("finish_reason").asText()).isEqualTo("content_filter");
    assertThat(choice.path("message").path("content").isNull()).isTrue();
  }

  @Test
  void shouldHaveEmptyContentWhenTheModelSaysNothing() {
    // When
    var outcome =
        whole(
            gemini(),
            CHAT,
            200,
            """
            {"candidates":[{"finishReason":"STOP","content":{"role":"model"}}],
             "usageMetadata":{"promptTokenCount":4}}""");
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(body(outcome).path("choices").path(0).path("message").path("content"))
        .isEqualTo(json("\"\""));
  }

  @Test
  void shouldHaveNullContentWhenThinkingTookItAll() {
    // When
    var outcome =
        whole(
            gemini(),
            CHAT,
            200,
            """
            {"candidates":[{"finishReason":"MAX_TOKENS","content":{}}],
             "usageMetadata":{"promptTokenCount":4,"thoughtsTokenCount":9}}""");
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(outcome.usage()).isEqualTo(new Usage(4L, 0L, 0L, 0L, 9L, 9L, false));
    assertThat(body(outcome).path("choices").path(0).path("message").path("content").isNull())
        .isTrue();
  }

  @Test
  void shouldTakeTheLastUsageWhenStreaming() {
    // When
    var outcome =
        streamed(
            gemini(),
            STREAM,
            """
            data: {"candidates":[{"content":{"parts":[{"text":"Hé"}]},"index":0}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":1},"modelVersion":"m1","responseId":"r"}\r
            \r
            data: {"candidates":[{"content":{"parts":[{"text":"llo"}]},"index":0}],"usageMetadata":{"promptTokenCount":4}}\r
            \r
            data: {"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":7,"thoughtsTokenCount":3}}\r
            \r
            """,
            deltas);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(outcome.usage()).isEqualTo(new Usage(4L, 0L, 0L, 0L, 10L, 3L, false));
    assertThat(body(outcome).path("choices").path(0).path("message").path("content").asText())
        .isEqualTo("Héllo");
    assertThat(deltas).hasSize(3);
    assertThat(deltas.getFirst().path("choices").path(0).path("delta"))
        .isEqualTo(json("{\"content\":\"Hé\",\"role\":\"assistant\"}"));
    assertThat(deltas).allSatisfy(d -> assertThat(d.path("id").asText()).isEqualTo("r"));
  }

  @Test
  void shouldSayCutWhenAStreamEndsWithoutReason() {
    // Then
    assertThat(
            streamed(
                    gemini(),
                    STREAM,
                    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\n\n",
                    deltas)
                .verdict())
        .isEqualTo(Verdict.CUT_STREAM);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "data: {\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"busy\"}}",
        "[{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"busy\"}}]",
        "{\"error\":{\"status\":\"UNAVAILABLE\",\"message\":\"busy\"}}"
      })
  void shouldFailWhenAnErrorComesInsideAStream(String error) {
    // Given
    var begun = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\n\n";
    // When
    var early = streamed(gemini(), STREAM, error + "\n", deltas);
    var late = streamed(gemini(), STREAM, begun + error + "\n", deltas);
    // Then
    assertThat(early.verdict()).isEqualTo(Verdict.OVERLOADED);
    assertThat(late.verdict()).isEqualTo(Verdict.CUT_STREAM);
    assertThat(((Outcome.Failure) late).error().code()).isEqualTo("server_is_overloaded");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|INVALID_ARGUMENT|API key not valid|{'reason':'API_KEY_INVALID'}|UNAUTHORISED|0",
        "400|INVALID_ARGUMENT|Bad value at generation_config|{}|INVALID|0",
        "400|INVALID_ARGUMENT|The input token count (9) exceeds the maximum number of tokens allowed (8).|{}|CONTEXT_TOO_LONG|0",
        "400|FAILED_PRECONDITION|User location is not supported for the API use.|{}|UNAUTHORISED|0",
        "401|UNAUTHENTICATED|no|{}|UNAUTHORISED|0",
        "403|PERMISSION_DENIED|no|{}|UNAUTHORISED|0",
        "403|PERMISSION_DENIED|no|{'reason':'BILLING_DISABLED'}|OUT_OF_QUOTA|0",
        "404|NOT_FOUND|models/x is not found|{}|NOT_FOUND|0",
        "404|NOT_FOUND|Publisher Model projects/secret/locations/x was not found|{}|NOT_FOUND|0",
        "429|RESOURCE_EXHAUSTED|quota|{'retryDelay':'34.07s'}|RATE_LIMITED|34070",
        "429|RESOURCE_EXHAUSTED|quota|{'violations':[{'quotaId':'GenerateRequestsPerMinutePerProjectPerModel'}]}|RATE_LIMITED|0",
        "429|RESOURCE_EXHAUSTED|quota|{'violations':[{'quotaId':'GenerateRequestsPerDayPerProjectPerModel-FreeTier'}],'retryDelay':'5s'}|OUT_OF_QUOTA|0",
        "429|RESOURCE_EXHAUSTED|Your prepayment credits are depleted.|{}|OUT_OF_QUOTA|0",
        "500|INTERNAL|secret host|{}|UPSTREAM_FAILURE|0",
        "503|UNAVAILABLE|busy|{}|OVERLOADED|0",
        "504|DEADLINE_EXCEEDED|late|{}|TIMEOUT|0",
        "499|CANCELLED|gone|{}|UPSTREAM_FAILURE|0"
      })
  void shouldJudgeTheErrorWhenGoogleSendsOne(
      int status, String name, String message, String detail, Verdict verdict, long waitMs) {
    // Given
    var error =
        "{\"error\":{\"code\":%d,\"status\":\"%s\",\"message\":\"%s\",\"details\":[%s]}}"
            .formatted(status, name, message, detail.replace('\'', '"'));
    // When
    var plain = (Outcome.Failure) whole(gemini(), CHAT, status, error);
    var wrapped = (Outcome.Failure) whole(gemini(), CHAT, status, "[" + error + "]");
    // Then
    assertThat(plain.verdict()).isEqualTo(verdict);
    assertThat(plain.retryAfter()).isEqualTo(Duration.ofMillis(waitMs));
    assertThat(plain.error().message()).doesNotContain("secret").doesNotContain("key not valid");
    assertThat(wrapped).isEqualTo(plain);
  }

  @Test
  void shouldReadVectorsWhenEmbedded() {
    // Given
    var gemini =
        anAttempt()
            .setEndpoint("/v1/embeddings")
            .setModel("gemini-embedding-001")
            .setBody(utf8("{\"input\":[\"abcdefgh\",\"b\"]}"))
            .build();
    var predict = AttemptRequested.newBuilder(gemini).setModel("text-embedding-005").build();
    var content =
        AttemptRequested.newBuilder(gemini)
            .setModel("gemini-embedding-2")
            .setBody(utf8("{\"input\":\"a\"}"))
            .build();
    // When
    var batch =
        whole(gemini(), gemini, 200, "{\"embeddings\":[{\"values\":[0.5]},{\"values\":[1.0]}]}");
    var instances =
        whole(
            vertex(),
            predict,
            200,
            """
            {"predictions":[{"embeddings":{"values":[0.5],"statistics":{"token_count":3,"truncated":false}}},
                            {"embeddings":{"values":[1.0],"statistics":{"token_count":4}}}]}""");
    var single =
        whole(
            vertex(),
            content,
            200,
            "{\"embedding\":{\"values\":[0.5]},\"usageMetadata\":{\"promptTokenCount\":2}}");
    // Then
    assertThat(batch.usage()).isEqualTo(new Usage(3L, 0L, 0L, 0L, 0L, 0L, true));
    assertThat(body(batch).path("data"))
        .isEqualTo(
            json(
                """
                [{"object":"embedding","index":0,"embedding":[0.5]},{"object":"embedding","index":1,"embedding":[1.0]}]"""));
    assertThat(instances.usage()).isEqualTo(new Usage(7L, 0L, 0L, 0L, 0L, 0L, false));
    assertThat(single.usage()).isEqualTo(new Usage(2L, 0L, 0L, 0L, 0L, 0L, false));
    assertThat(whole(gemini(), gemini, 200, "{\"embeddings\":[{}]}").verdict())
        .isEqualTo(Verdict.UPSTREAM_FAILURE);
  }
}
