package io.millrace.workers.ollama;

import static io.millrace.workers.AdapterTalk.bodyOf;
import static io.millrace.workers.AdapterTalk.failureOf;
import static io.millrace.workers.AdapterTalk.json;
import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.text;
import static io.millrace.workers.Attempts.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.AdapterTalk;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Media;
import io.millrace.workers.Translation;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OllamaAdapterTest {

  private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
  private static final String TOOLS =
      """
      "tools":[{"type":"function","function":{"name":"weather","description":"d",
        "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
       {"type":"function","function":{"name":"time"}}]""";

  private final OllamaAdapter adapter = adapter(List.of());
  private final AdapterTalk talk = new AdapterTalk(adapter);

  @Test
  void shouldWriteEveryFieldInOllamasWords() {
    // Given
    var attempt =
        chat(
            """
            {"model":"fast","messages":[
              {"role":"developer","content":"Be brief."},
              {"role":"user","content":[{"type":"text","text":"What?"},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
              {"role":"assistant","content":null,"reasoning_content":"I look.","tool_calls":[
                {"id":"c1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Oslo\\"}"}},
                {"id":"c2","type":"function","function":{"name":"time","arguments":""}}]},
              {"role":"tool","tool_call_id":"c2","content":"noon"},
              {"role":"tool","tool_call_id":"c1","content":"4 degrees"}],
             %s,
             "tool_choice":"auto","max_completion_tokens":50,"temperature":0.70,"top_p":0.9,"stop":["A","B"],
             "seed":7,"frequency_penalty":0.5,"presence_penalty":-1,"logprobs":true,"top_logprobs":2,
             "reasoning_effort":"minimal",
             "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},
             "keep_alive":"10m","num_ctx":8192,"top_k":5,"truncate":true,"options":{"num_ctx":4096,"mirostat":1}}"""
                .formatted(TOOLS));
    // When
    var sent = talk.sent(attempt);
    // Then
    assertThat(sent)
        .containsExactly(
            json(
                """
                {"model":"llama3.2","stream":false,"messages":[
                  {"role":"system","content":"Be brief."},
                  {"role":"user","content":"What?","images":["AAAA"]},
                  {"role":"assistant","content":"","thinking":"I look.","tool_calls":[
                    {"id":"c1","function":{"index":0,"name":"weather","arguments":{"city":"Oslo"}}},
                    {"id":"c2","function":{"index":1,"name":"time","arguments":{}}}]},
                  {"role":"tool","content":"noon","tool_name":"time","tool_call_id":"c2"},
                  {"role":"tool","content":"4 degrees","tool_name":"weather","tool_call_id":"c1"}],
                 "tools":[{"type":"function","function":{"name":"weather","description":"d",
                    "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
                   {"type":"function","function":{"name":"time"}}],
                 "format":{"type":"object"},"think":"low","logprobs":true,"top_logprobs":2,
                 "truncate":true,"shift":false,"keep_alive":"10m",
                 "options":{"num_predict":50,"temperature":0.70,"top_p":0.9,"seed":7,"frequency_penalty":0.5,
                   "presence_penalty":-1,"stop":["A","B"],"num_ctx":4096,"top_k":5,"mirostat":1}}"""));
    assertThat(talk.calls(attempt).droppedParameters()).isEmpty();
  }

  @Test
  void shouldNeedNoKeyAndNameTheRequestWhenCalling() {
    // When
    var http = talk.calls(chat("{" + HI + "}", true)).calls().getFirst().http();
    // Then
    assertThat(http.method() + " " + http.path()).isEqualTo("POST /api/chat");
    assertThat(signed(adapter, http).headers())
        .containsOnly(
            Map.entry("content-type", "application/json"),
            Map.entry("accept", "application/x-ndjson"),
            Map.entry("x-client-request-id", "req_0123"));
    assertThat(signed(adapter(List.of("ol-secret")), http).headers())
        .containsEntry("authorization", "Bearer ol-secret");
  }

  @Test
  void shouldFetchImagesThatAreGivenByUrl() {
    // Given
    var attempt =
        chat(
            """
            {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a.example/i.png"}},
              {"type":"text","text":"What?"}]}],"user":"u"}""");
    // When
    var translation = adapter.translate(attempt, NOW);
    // Then
    assertThat(translation)
        .isInstanceOfSatisfying(
            Translation.MediaWanted.class,
            wanted -> {
              assertThat(wanted.urls()).containsExactly("https://a.example/i.png");
              var then =
                  wanted
                      .then()
                      .apply(Map.of("https://a.example/i.png", new Media("image/png", "BBBB")));
              assertThat(then)
                  .isInstanceOfSatisfying(
                      Translation.Calls.class,
                      calls -> {
                        var body = json(text(calls.calls().getFirst().http().body()));
                        assertThat(body.at("/messages/0/images")).isEqualTo(json("[\"BBBB\"]"));
                        assertThat(calls.droppedParameters()).containsExactly("user");
                      });
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"none\"|false",
        "\"low\"|\"low\"",
        "\"medium\"|\"medium\"",
        "\"high\"|\"high\"",
        "\"xhigh\"|\"max\"",
        "\"high\",\"think\":true|true"
      })
  void shouldTurnEffortIntoThinking(String effort, String think) {
    // When
    var body = talk.sent(chat("{%s,\"reasoning_effort\":%s}".formatted(HI, effort))).getFirst();
    // Then
    assertThat(body.path("think")).isEqualTo(json(think));
  }

  @Test
  void shouldOfferNoToolsWhenNoneMayBeCalled() {
    // When
    var body = talk.sent(chat("{%s,%s,\"tool_choice\":\"none\"}".formatted(HI, TOOLS))).getFirst();
    // Then
    assertThat(body.has("tools")).isFalse();
  }

  @Test
  void shouldAskForJsonWithoutASchema() {
    // When
    var body = talk.sent(chat("{%s,\"response_format\":{\"type\":\"json_object\"}}".formatted(HI)));
    // Then
    assertThat(body.getFirst().path("format").asText()).isEqualTo("json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"required\"", "{\"type\":\"function\",\"function\":{\"name\":\"time\"}}"})
  void shouldRefuseToPromiseAToolCall(String choice) {
    // When
    var failure = talk.refusal(chat("{%s,%s,\"tool_choice\":%s}".formatted(HI, TOOLS, choice)));
    // Then
    assertThat(failure.error().code()).isEqualTo("unsupported_parameter");
    assertThat(failure.error().param()).isEqualTo("tool_choice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA\",\"format\":\"wav\"}}]}",
        "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":\"https://a/f.pdf\"}}]}"
      })
  void shouldRefuseContentBeforeAnythingIsFetched(String message) {
    // When
    var failure = talk.refusal(chat("{\"messages\":[%s]}".formatted(message)));
    // Then
    assertThat(failure.error().param()).isEqualTo("messages");
  }

  @Test
  void shouldMakeOneCallForEachChoiceWhenSeveralAreAsked() {
    // Given
    var attempt =
        chat(
            "{%s,\"n\":2,\"seed\":4,\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
                .formatted(HI),
            true);
    var lines =
        """
        {"model":"llama3.2","message":{"role":"assistant","content":"a","tool_calls":[{"function":{"name":"t","arguments":{}}}]},"done":false}
        {"model":"llama3.2","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":2}
        """;
    // When
    var outcome = talk.answered(attempt, 200, "application/x-ndjson", lines);
    // Then
    assertThat(talk.sent(attempt).stream().map(body -> body.at("/options/seed").asInt()))
        .containsExactly(4, 5);
    assertThat(outcome.usage()).isEqualTo(new Usage(10L, 0L, 0L, 0L, 4L, 0L, false));
    assertThat(talk.deltas().getLast().at("/usage/total_tokens").asInt()).isEqualTo(14);
    var ids = bodyOf(outcome).path("choices").findValuesAsText("id").stream().distinct().toList();
    assertThat(ids).hasSize(2).allMatch(id -> id.matches("call_[0-9a-f]{24}"));
    assertThat(bodyOf(talk.answered(attempt, 200, "application/x-ndjson", lines)))
        .isEqualTo(bodyOf(outcome));
  }

  @Test
  void shouldReadAWholeAnswer() {
    // Given
    var answer =
        """
        {"model":"llama3.2:3b","created_at":"2026-11-21T10:00:00Z","message":{"role":"assistant","content":"So","thinking":"Hm.",
          "tool_calls":[{"id":"call_1","function":{"index":0,"name":"weather","arguments":{"city":"Oslo"}}}]},
         "logprobs":[{"token":"So","logprob":-0.5}],
         "done":true,"done_reason":"stop","total_duration":9,"prompt_eval_count":70,"eval_count":12}""";
    // When
    var outcome = talk.answered(chat("{" + HI + "}"), 200, "application/json", answer);
    // Then
    assertThat(outcome.usage()).isEqualTo(new Usage(70L, 0L, 0L, 0L, 12L, 0L, false));
    var body = bodyOf(outcome);
    assertThat(body.path("id").asText()).isEqualTo("chatcmpl-0123");
    assertThat(body.path("model").asText()).isEqualTo("llama3.2:3b");
    assertThat(body.path("choices").path(0))
        .isEqualTo(
            json(
                """
                {"index":0,"message":{"role":"assistant","content":"So","refusal":null,"reasoning_content":"Hm.",
                  "tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Oslo\\"}"}}]},
                 "logprobs":{"content":[{"token":"So","logprob":-0.5,"bytes":null,"top_logprobs":[]}]},
                 "finish_reason":"tool_calls"}"""));
  }

  @Test
  void shouldTurnLinesIntoChunks() {
    // Given
    var lines =
        """
        {"model":"llama3.2","message":{"role":"assistant","content":"","thinking":"Hm."},"done":false}
        {"model":"llama3.2","message":{"role":"assistant","content":"Hel"},"done":false}
        {"model":"llama3.2","message":{"role":"assistant","content":"lo"},"done":false,"some":"day"}
        {"model":"llama3.2","message":{"role":"assistant","content":""},"done":true,"done_reason":"length","eval_count":3}
        """;
    // When
    var outcome = talk.answered(chat("{" + HI + "}", true), 200, "application/x-ndjson", lines);
    // Then
    assertThat(talk.deltas())
        .extracting(delta -> delta.path("choices").path(0).path("delta"))
        .containsExactly(
            json("{\"reasoning_content\":\"Hm.\",\"role\":\"assistant\"}"),
            json("{\"content\":\"Hel\"}"),
            json("{\"content\":\"lo\"}"),
            json("{}"));
    assertThat(outcome.verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(outcome.usage()).isEqualTo(new Usage(7L, 0L, 0L, 0L, 3L, 0L, true));
    assertThat(bodyOf(outcome).at("/choices/0/message/content").asText()).isEqualTo("Hello");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"message\":{\"content\":\"a\"},\"done\":false}|CUT_STREAM",
        "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}|COMPLETED",
        "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"load\"}|UPSTREAM_FAILURE",
        "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"unload\"}|UPSTREAM_FAILURE",
        "{\"message\":{\"content\":\"a\"},\"done\":true,\"done_reason\":\"unload\"}|COMPLETED",
        "{\"error\":\"llama runner process has terminated\"}|UPSTREAM_FAILURE",
        "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}|OVERLOADED",
        "{\"error\":\"the input length exceeds the context length\"}|CONTEXT_TOO_LONG",
        "{\"error\":\"model 'x' not found\"}|NOT_FOUND",
        "{oops|UPSTREAM_FAILURE"
      })
  void shouldJudgeAStreamByItsEnd(String line, Verdict verdict) {
    // When
    var outcome = talk.answered(chat("{" + HI + "}", true), 200, "application/x-ndjson", line);
    // Then
    assertThat(outcome.verdict()).isEqualTo(verdict);
  }

  @Test
  void shouldSayCutWhenOllamaFailsAfterAPartWasShown() {
    // Given
    var lines =
        """
        {"model":"llama3.2","message":{"role":"assistant","content":"a"},"done":false}
        {"error":"out of memory"}
        """;
    // When
    var failure =
        failureOf(talk.answered(chat("{" + HI + "}", true), 200, "application/x-ndjson", lines));
    // Then
    assertThat(failure.verdict()).isEqualTo(Verdict.CUT_STREAM);
    assertThat(failure.error().message()).doesNotContain("memory");
    assertThat(failure.usage()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|registry.ollama.ai/library/x does not support tools|INVALID|400|true",
        "400|the prompt is longer than the context length currently available to the model|CONTEXT_TOO_LONG|400|true",
        "401|unauthorized|UNAUTHORISED|502|false",
        "404|model 'x' not found|NOT_FOUND|404|true",
        "429|too many requests|RATE_LIMITED|429|false",
        "429|you have reached your weekly usage limit|OUT_OF_QUOTA|429|false",
        "500|model requires more system memory|UPSTREAM_FAILURE|502|false",
        "502|bad gateway|UPSTREAM_FAILURE|502|false",
        "503|server busy|OVERLOADED|503|false"
      })
  void shouldGiveEachErrorItsVerdict(
      int status, String message, Verdict verdict, int clientStatus, boolean isPassedOn) {
    // Given
    var body = "{\"error\":\"%s\"}".formatted(message);
    // When
    var failure = failureOf(talk.answered(chat("{" + HI + "}"), status, "application/json", body));
    // Then
    assertThat(failure.verdict()).isEqualTo(verdict);
    assertThat(failure.error().status()).isEqualTo(clientStatus);
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    assertThat(failure.error().message().equals(message)).isEqualTo(isPassedOn);
  }

  @Test
  void shouldSplitEmbeddings() {
    // Given
    var texts =
        IntStream.range(0, 513).mapToObj(i -> "\"t" + i + "\"").collect(Collectors.joining(","));
    var attempt =
        embeddings("{\"input\":[%s],\"dimensions\":256,\"keep_alive\":-1}".formatted(texts));
    // When
    var sent = talk.sent(attempt);
    // Then
    assertThat(sent).extracting(body -> body.path("input").size()).containsExactly(512, 1);
    assertThat(sent.get(1))
        .isEqualTo(
            json(
                """
                {"model":"llama3.2","input":["t512"],"truncate":false,"dimensions":256,"keep_alive":-1}"""));
    assertThat(talk.calls(attempt).calls().getFirst().http().path()).isEqualTo("/api/embed");
  }

  @Test
  void shouldReadVectors() {
    // Given
    var answer = "{\"model\":\"llama3.2\",\"embeddings\":[[0.5,1],[2,3]],\"prompt_eval_count\":4}";
    // When
    var outcome =
        talk.answered(embeddings("{\"input\":[\"a\",\"b\"]}"), 200, "application/json", answer);
    // Then
    assertThat(bodyOf(outcome))
        .isEqualTo(
            json(
                """
                {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,1]},
                  {"object":"embedding","index":1,"embedding":[2,3]}],"model":"llama3.2",
                 "usage":{"prompt_tokens":4,"total_tokens":4}}"""));
  }

  private static HttpCall signed(OllamaAdapter adapter, HttpCall call) {
    return switch (adapter.credentials().getFirst()) {
      case Credential.Fixed fixed -> fixed.signer().sign(call, NOW);
      case Credential.Lent lent -> throw new AssertionError("a key is never lent: " + lent);
    };
  }

  private static AttemptRequested chat(String body) {
    return chat(body, false);
  }

  private static AttemptRequested chat(String body, boolean isStream) {
    return anAttempt().setModel("llama3.2").setStream(isStream).setBody(utf8(body)).build();
  }

  private static AttemptRequested embeddings(String body) {
    return anAttempt()
        .setEndpoint("/v1/embeddings")
        .setModel("llama3.2")
        .setBody(utf8(body))
        .build();
  }

  private static OllamaAdapter adapter(List<String> keys) {
    return new OllamaAdapter(
        URI.create("http://localhost:11434"), Credential.bearers(keys), UnsupportedParameters.DROP);
  }
}
