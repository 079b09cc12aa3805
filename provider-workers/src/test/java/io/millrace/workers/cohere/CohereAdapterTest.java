package io.millrace.workers.cohere;

import static io.millrace.workers.AdapterTalk.bodyOf;
import static io.millrace.workers.AdapterTalk.failureOf;
import static io.millrace.workers.AdapterTalk.json;
import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.AdapterTalk;
import io.millrace.workers.Credential;
import io.millrace.workers.LimitNotice;
import io.millrace.workers.ResponseHead;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CohereAdapterTest {

  private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
  private static final String TOOLS =
      """
      "tools":[{"type":"function","function":{"name":"weather","description":"d",
        "parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}},
       {"type":"function","function":{"name":"time"}}]""";

  private final CohereAdapter adapter = adapter(UnsupportedParameters.DROP);
  private final AdapterTalk talk = new AdapterTalk(adapter);

  @Test
  void shouldWriteEveryFieldInCoheresWords() {
    // Given
    var attempt =
        chat(
            """
            {"model":"fast","messages":[
              {"role":"developer","content":"Be brief."},
              {"role":"user","content":[{"type":"text","text":"What is "},
                {"type":"image_url","image_url":{"url":"https://a.example/i.png","detail":"low"}},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
              {"role":"assistant","content":null,"reasoning_content":"I look.","tool_calls":[
                {"id":"c1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Oslo\\"}"}}]},
              {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"4 "},{"type":"text","text":"degrees"}]},
              {"role":"assistant","content":"Cold."},
              {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],
             %s,
             "tool_choice":"required","max_completion_tokens":50,"temperature":0.70,"top_p":1,"stop":"END",
             "seed":7,"frequency_penalty":0.5,"presence_penalty":0,"logprobs":true,"reasoning_effort":"low",
             "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},
             "documents":["d"],"citation_options":{"mode":"off"},"safety_mode":"STRICT","k":3,"priority":2}"""
                .formatted(TOOLS));
    // When
    var sent = talk.sent(attempt);
    // Then
    assertThat(sent)
        .containsExactly(
            json(
                """
                {"model":"command-a-03-2025","stream":false,"messages":[
                  {"role":"system","content":"Be brief."},
                  {"role":"user","content":[{"type":"text","text":"What is "},
                    {"type":"image_url","image_url":{"url":"https://a.example/i.png","detail":"low"}},
                    {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
                  {"role":"assistant","tool_plan":"I look.","tool_calls":[
                    {"id":"c1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Oslo\\"}"}}]},
                  {"role":"tool","tool_call_id":"c1","content":"4 degrees"},
                  {"role":"assistant","content":"Cold."},
                  {"role":"user","content":"ab"}],
                 "tools":[{"type":"function","function":{"name":"weather","description":"d",
                    "parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}},
                   {"type":"function","function":{"name":"time","parameters":{"type":"object","properties":{}}}}],
                 "tool_choice":"REQUIRED",
                 "response_format":{"type":"json_object","json_schema":{"type":"object"}},
                 "max_tokens":50,"temperature":0.70,"p":0.99,"stop_sequences":["END"],"seed":7,
                 "frequency_penalty":0.5,"presence_penalty":0,"logprobs":true,
                 "thinking":{"type":"enabled","token_budget":2048},
                 "citation_options":{"mode":"off"},"documents":["d"],"k":3,"priority":2,"safety_mode":"STRICT"}"""));
    assertThat(talk.calls(attempt).droppedParameters()).isEmpty();
  }

  @Test
  void shouldNameItselfAndTheRequestWhenCalling() {
    // When
    var http = talk.calls(chat("{" + HI + "}")).calls().getFirst().http();
    // Then
    assertThat(http.method() + " " + http.path()).isEqualTo("POST /v2/chat");
    assertThat(http.headers())
        .containsOnly(
            Map.entry("content-type", "application/json"),
            Map.entry("accept", "application/json"),
            Map.entry("x-client-request-id", "req_0123"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"auto\"|null|2",
        "\"none\"|\"NONE\"|2",
        "\"required\"|\"REQUIRED\"|2",
        "{\"type\":\"function\",\"function\":{\"name\":\"time\"}}|\"REQUIRED\"|1"
      })
  void shouldChooseToolsInCoheresWords(String choice, String sent, int offered) {
    // When
    var body =
        talk.sent(chat("{%s,%s,\"tool_choice\":%s}".formatted(HI, TOOLS, choice))).getFirst();
    // Then
    assertThat(body.path("tools")).hasSize(offered);
    assertThat(body.path("tool_choice").isMissingNode() ? json("null") : body.path("tool_choice"))
        .isEqualTo(json(sent));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"none\"|{\"type\":\"disabled\"}",
        "\"minimal\"|{\"type\":\"enabled\",\"token_budget\":512}",
        "\"medium\"|{\"type\":\"enabled\",\"token_budget\":8192}",
        "\"high\"|{\"type\":\"enabled\"}",
        "\"low\",\"thinking\":{\"type\":\"enabled\",\"token_budget\":5}|{\"type\":\"enabled\",\"token_budget\":5}"
      })
  void shouldTurnEffortIntoThinking(String effort, String thinking) {
    // When
    var body = talk.sent(chat("{%s,\"reasoning_effort\":%s}".formatted(HI, effort))).getFirst();
    // Then
    assertThat(body.path("thinking")).isEqualTo(json(thinking));
  }

  @Test
  void shouldBeStrictWhenEveryToolIs() {
    // Given
    var tool = "{\"type\":\"function\",\"function\":{\"name\":\"t\",\"strict\":true}}";
    // When
    var body = talk.sent(chat("{%s,\"tools\":[%s]}".formatted(HI, tool))).getFirst();
    // Then
    assertThat(body.path("strict_tools").asBoolean()).isTrue();
  }

  @Test
  void shouldDropWhatCohereCannotTake() {
    // Given
    var attempt =
        chat(
            "{%s,\"frequency_penalty\":1.5,\"presence_penalty\":-1,\"logprobs\":true,\"top_logprobs\":2,\"logit_bias\":{\"1\":1},\"user\":\"u\",\"n\":1,\"parallel_tool_calls\":false}"
                .formatted(HI));
    // When
    var calls = talk.calls(attempt);
    // Then
    assertThat(calls.droppedParameters())
        .containsExactlyInAnyOrder(
            "frequency_penalty",
            "presence_penalty",
            "top_logprobs",
            "logit_bias",
            "user",
            "parallel_tool_calls");
    assertThat(talk.sent(attempt).getFirst())
        .isEqualTo(
            json(
                "{\"model\":\"command-a-03-2025\",\"stream\":false,%s,\"logprobs\":true}"
                    .formatted(HI)));
  }

  @Test
  void shouldRefuseWhatCohereCannotTakeWhenSoConfigured() {
    // Given
    var strict = new AdapterTalk(adapter(UnsupportedParameters.REJECT));
    // When
    var failure = strict.refusal(chat("{%s,\"presence_penalty\":-1}".formatted(HI)));
    // Then
    assertThat(failure.error().code()).isEqualTo("unsupported_parameter");
    assertThat(failure.error().param()).isEqualTo("presence_penalty");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA\",\"format\":\"wav\"}}]}",
        "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":\"AA\"}}]}",
        "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a/b\"}},{\"type\":\"file\",\"file\":{\"file_data\":\"AA\"}}]}"
      })
  void shouldRefuseContentThatCohereCannotHold(String message) {
    // When
    var failure = talk.refusal(chat("{\"messages\":[%s]}".formatted(message)));
    // Then
    assertThat(failure.error().code()).isEqualTo("unsupported_parameter");
    assertThat(failure.error().param()).isEqualTo("messages");
  }

  @Test
  void shouldMakeOneCallForEachChoiceWhenSeveralAreAsked() {
    // Given
    var attempt = chat("{%s,\"n\":2,\"seed\":4}".formatted(HI));
    var answer =
        """
        {"id":"x","finish_reason":"COMPLETE","message":{"role":"assistant","content":[{"type":"text","text":"yes"}]},
         "usage":{"tokens":{"input_tokens":5,"output_tokens":2}}}""";
    // When
    var outcome = talk.answered(attempt, 200, "application/json", answer);
    // Then
    assertThat(talk.sent(attempt).stream().map(body -> body.path("seed").asInt()))
        .containsExactly(4, 5);
    assertThat(bodyOf(outcome).path("choices"))
        .extracting(choice -> choice.path("index").asInt())
        .containsExactly(0, 1);
    assertThat(outcome.usage()).isEqualTo(new Usage(10L, 0L, 0L, 0L, 4L, 0L, false));
  }

  @Test
  void shouldReadAWholeAnswer() {
    // Given
    var answer =
        """
        {"id":"c-1","finish_reason":"TOOL_CALL","message":{"role":"assistant","tool_plan":"I look.",
          "content":[{"type":"thinking","thinking":" Hm."},{"type":"text","text":"So"}],
          "tool_calls":[{"id":"w1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Oslo\\"}"}},
            {"id":"w2","type":"function","function":{"name":"time","arguments":"{}"}}],
          "citations":[{"start":0,"end":2,"text":"So"}]},
         "logprobs":[{"text":"So","token_ids":[1,2],"logprobs":[-0.5,-0.25]}],
         "usage":{"billed_units":{"input_tokens":9,"output_tokens":3},"tokens":{"input_tokens":70.0,"output_tokens":12.0},"cached_tokens":16}}""";
    // When
    var outcome = talk.answered(chat("{" + HI + "}"), 200, "application/json", answer);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(outcome.usage()).isEqualTo(new Usage(70L, 16L, 0L, 0L, 12L, 0L, false));
    var body = bodyOf(outcome);
    assertThat(body.path("model").asText()).isEqualTo("command-a-03-2025");
    assertThat(body.path("choices").path(0))
        .isEqualTo(
            json(
                """
                {"index":0,"message":{"role":"assistant","content":"So","refusal":null,"reasoning_content":"I look. Hm.",
                  "extra_content":{"cohere":{"citations":[{"start":0,"end":2,"text":"So"}]}},
                  "tool_calls":[
                   {"id":"w1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Oslo\\"}"}},
                   {"id":"w2","type":"function","function":{"name":"time","arguments":"{}"}}]},
                 "logprobs":{"content":[{"token":"So","logprob":-0.75,"bytes":[83,111],"top_logprobs":[]}]},
                 "finish_reason":"tool_calls"}"""));
  }

  @Test
  void shouldTurnEventsIntoChunks() {
    // Given
    var stream =
        """
        event: message-start
        data: {"type":"message-start","id":"c-1","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}

        event: tool-plan-delta
        data: {"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I look."}}}

        event: content-start
        data: {"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}

        event: content-delta
        data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"So"}}},"logprobs":{"text":"So","token_ids":[1],"logprobs":[-0.5]}}

        event: content-end
        data: {"type":"content-end","index":0}

        event: tool-call-start
        data: {"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"w1","type":"function","function":{"name":"weather","arguments":""}}}}}

        event: tool-call-delta
        data: {"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\\"city\\":"}}}}}

        event: tool-call-delta
        data: {"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"\\"Oslo\\"}"}}}}}

        event: tool-call-end
        data: {"type":"tool-call-end","index":0}

        event: tool-call-start
        data: {"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":[{"id":"w2","type":"function","function":{"name":"time","arguments":"{}"}}]}}}

        event: citation-start
        data: {"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":2,"text":"So"}}}}

        event: some-day
        data: {"type":"some-day"}

        event: message-end
        data: {"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"tokens":{"input_tokens":7,"output_tokens":9}}}}

        data: [DONE]

        """;
    var attempt =
        chat("{" + HI + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}", true);
    // When
    var outcome = talk.answered(attempt, 200, "text/event-stream", stream);
    // Then
    assertThat(talk.sent(attempt).getFirst().path("stream").asBoolean()).isTrue();
    assertThat(talk.deltas())
        .extracting(delta -> delta.path("choices").path(0).path("delta"))
        .containsExactly(
            json("{\"reasoning_content\":\"I look.\",\"role\":\"assistant\"}"),
            json("{\"content\":\"So\"}"),
            json("{}"),
            json(
                "{\"tool_calls\":[{\"index\":0,\"id\":\"w1\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]}"),
            json(
                "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}"),
            json("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Oslo\\\"}\"}}]}"),
            json(
                "{\"tool_calls\":[{\"index\":1,\"id\":\"w2\",\"type\":\"function\",\"function\":{\"name\":\"time\",\"arguments\":\"{}\"}}]}"),
            json(
                "{\"extra_content\":{\"cohere\":{\"citations\":[{\"start\":0,\"end\":2,\"text\":\"So\"}]}}}"),
            json("{}"),
            json(""));
    assertThat(talk.deltas().get(8).at("/choices/0/finish_reason").asText())
        .isEqualTo("tool_calls");
    assertThat(talk.deltas().getLast().at("/usage/total_tokens").asInt()).isEqualTo(16);
    assertThat(bodyOf(outcome).at("/choices/0/message/tool_calls/0/function/arguments").asText())
        .isEqualTo("{\"city\":\"Oslo\"}");
    assertThat(bodyOf(outcome).at("/choices/0/message/content").asText()).isEqualTo("So");
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLETE, stop, COMPLETED",
    "STOP_SEQUENCE, stop, COMPLETED",
    "MAX_TOKENS, length, INCOMPLETE",
    "ERROR_TOXIC, content_filter, INCOMPLETE",
    "SOMETHING_NEW, stop, COMPLETED"
  })
  void shouldTellWhyAnAnswerEnded(String reason, String finish, Verdict verdict) {
    // Given
    var answer =
        "{\"id\":\"x\",\"finish_reason\":\"%s\",\"message\":{\"content\":[]}}".formatted(reason);
    // When
    var outcome = talk.answered(chat("{" + HI + "}"), 200, "application/json", answer);
    // Then
    assertThat(outcome.verdict()).isEqualTo(verdict);
    assertThat(bodyOf(outcome).at("/choices/0/finish_reason").asText()).isEqualTo(finish);
    assertThat(bodyOf(outcome).at("/choices/0/message/content")).isEqualTo(json("\"\""));
    assertThat(bodyOf(outcome).at("/usage/prompt_tokens").asInt()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data: {\"type\":\"message-start\"}|CUT_STREAM",
        "data: {\"type\":\"content-delta\",\"delta\":{\"message\":{\"content\":{\"text\":\"a\"}}}}|CUT_STREAM",
        "data: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"ERROR\",\"error\":\"boom\"}}|UPSTREAM_FAILURE",
        "data: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"TIMEOUT\"}}|TIMEOUT",
        "data: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"COMPLETE\"}}|COMPLETED",
        "data: {oops|UPSTREAM_FAILURE"
      })
  void shouldJudgeAStreamByItsEnd(String stream, Verdict verdict) {
    // When
    var outcome = talk.answered(chat("{" + HI + "}", true), 200, "text/event-stream", stream);
    // Then
    assertThat(outcome.verdict()).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|invalid request: all elements in history must have a message|INVALID|400|true",
        "400|too many tokens: size limit exceeded by 11326 tokens|CONTEXT_TOO_LONG|400|true",
        "400|too many tokens: max tokens must be less than or equal to 4096|INVALID|400|true",
        "401|invalid api token|UNAUTHORISED|502|false",
        "402|Please add or update your payment method|OUT_OF_QUOTA|429|false",
        "403|forbidden|UNAUTHORISED|502|false",
        "404|model 'x' not found|NOT_FOUND|404|true",
        "422|wrong type|INVALID|400|true",
        "429|You are using a Trial key, which is limited to 20 API calls / minute|RATE_LIMITED|429|false",
        "429|You are using a Trial key, which is limited to 1000 API calls / month|OUT_OF_QUOTA|429|false",
        "498|invalid token in the prompt|CONTENT_FILTERED|400|true",
        "498|invalid api token|UNAUTHORISED|502|false",
        "499|request cancelled|UPSTREAM_FAILURE|502|false",
        "500|internal server error|UPSTREAM_FAILURE|502|false",
        "503|overloaded|OVERLOADED|503|false",
        "504|timeout|TIMEOUT|504|false"
      })
  void shouldGiveEachErrorItsVerdict(
      int status, String message, Verdict verdict, int clientStatus, boolean isPassedOn) {
    // Given
    var body = "{\"id\":\"e\",\"message\":\"%s\"}".formatted(message);
    // When
    var failure = failureOf(talk.answered(chat("{" + HI + "}"), status, "application/json", body));
    // Then
    assertThat(failure.verdict()).isEqualTo(verdict);
    assertThat(failure.error().status()).isEqualTo(clientStatus);
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    assertThat(failure.error().message().equals(message)).isEqualTo(isPassedOn);
  }

  @Test
  void shouldSplitEmbeddingsAndJoinThemInOrder() {
    // Given
    var texts =
        IntStream.range(0, 97).mapToObj(i -> "\"t" + i + "\"").collect(Collectors.joining(","));
    var attempt =
        embeddings(
            "{\"input\":[%s],\"dimensions\":256,\"input_type\":\"search_query\",\"user\":\"u\"}"
                .formatted(texts));
    // When
    var sent = talk.sent(attempt);
    // Then
    assertThat(sent).extracting(body -> body.path("texts").size()).containsExactly(96, 1);
    assertThat(sent.get(1))
        .isEqualTo(
            json(
                """
                {"model":"embed-v4.0","input_type":"search_query","embedding_types":["float"],"texts":["t96"],"output_dimension":256}"""));
    assertThat(talk.calls(attempt).calls().getFirst().http().path()).isEqualTo("/v2/embed");
    assertThat(talk.calls(attempt).droppedParameters()).containsExactly("user");
  }

  @Test
  void shouldReadVectors() {
    // Given
    var attempt = embeddings("{\"input\":[\"a\",\"b\"]}");
    var answer =
        """
        {"id":"e","embeddings":{"float":[[0.5,1],[2,3]]},"texts":["a","b"],"meta":{"billed_units":{"input_tokens":4.0}}}""";
    // When
    var outcome = talk.answered(attempt, 200, "application/json", answer);
    // Then
    assertThat(bodyOf(outcome))
        .isEqualTo(
            json(
                """
                {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,1]},
                  {"object":"embedding","index":1,"embedding":[2,3]}],"model":"embed-v4.0",
                 "usage":{"prompt_tokens":4,"total_tokens":4}}"""));
    assertThat(talk.sent(attempt).getFirst().path("input_type").asText())
        .isEqualTo("search_document");
  }

  @Test
  void shouldWriteVectorsAsBase64WhenAsked() {
    // Given
    var attempt = embeddings("{\"input\":\"a\",\"encoding_format\":\"base64\"}");
    // When
    var outcome =
        talk.answered(attempt, 200, "application/json", "{\"embeddings\":{\"float\":[[1]]}}");
    // Then
    assertThat(bodyOf(outcome).at("/data/0/embedding").asText()).isEqualTo("AACAPw==");
    assertThat(outcome.usage()).isEqualTo(new Usage(7L, 0L, 0L, 0L, 0L, 0L, true));
  }

  @Test
  void shouldRefuseEmbeddingsOfTokens() {
    assertThat(talk.refusal(embeddings("{\"input\":[1,2]}")).error().param()).isEqualTo("input");
  }

  @Test
  void shouldRefuseOtherEndpoints() {
    // When
    var failure = talk.refusal(anAttempt().setEndpoint("/v1/images/generations").build());
    // Then
    assertThat(failure.verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void shouldHearOfATrialKeysLimit() {
    // Given
    var headers =
        Map.of("x-trial-endpoint-call-limit", "20", "x-trial-endpoint-call-remaining", "19");
    // When
    var notice =
        adapter.limits(new ResponseHead(200, name -> Optional.ofNullable(headers.get(name)), NOW));
    // Then
    assertThat(notice.requests()).isEqualTo(new LimitNotice.Window(20, 19, Duration.ZERO));
    assertThat(adapter.limits(new ResponseHead(200, name -> Optional.empty(), NOW)))
        .isEqualTo(LimitNotice.NONE);
  }

  private static AttemptRequested chat(String body) {
    return chat(body, false);
  }

  private static AttemptRequested chat(String body, boolean isStream) {
    return anAttempt()
        .setModel("command-a-03-2025")
        .setStream(isStream)
        .setBody(utf8(body))
        .build();
  }

  private static AttemptRequested embeddings(String body) {
    return anAttempt()
        .setEndpoint("/v1/embeddings")
        .setModel("embed-v4.0")
        .setBody(utf8(body))
        .build();
  }

  private static CohereAdapter adapter(UnsupportedParameters unsupported) {
    return new CohereAdapter(
        URI.create("https://api.cohere.com"),
        Credential.bearers(List.of("co-secret")),
        unsupported);
  }
}
