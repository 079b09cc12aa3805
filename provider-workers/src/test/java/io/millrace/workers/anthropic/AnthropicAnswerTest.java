package io.millrace.workers.anthropic;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.text;
import static io.millrace.workers.Attempts.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.Breakage;
import io.millrace.workers.LimitNotice;
import io.millrace.workers.LimitNotice.Window;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicAnswerTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String WHOLE =
      """
      {"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[
        {"type":"thinking","thinking":"Rain?","signature":"c2ln"},
        {"type":"text","text":"Let me ","citations":null},{"type":"text","text":"see."},
        {"type":"server_tool_use","id":"x","name":"web_search","input":{}},
        {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Bern"}},
        {"type":"tool_use","id":"toolu_2","name":"time","input":{}}],
       "stop_reason":"tool_use","stop_sequence":null,"stop_details":null,
       "usage":{"input_tokens":10,"cache_read_input_tokens":5,"cache_creation_input_tokens":7,
        "cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":3},
        "output_tokens":20,"output_tokens_details":{"thinking_tokens":6},"service_tier":"standard"}}""";

  private static final String STREAM =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[],"stop_reason":null,"usage":{"input_tokens":10,"cache_read_input_tokens":5,"cache_creation_input_tokens":7,"cache_creation":{"ephemeral_1h_input_tokens":3},"output_tokens":1}}}

      event: ping
      data: {"type":"ping"}

      event: content_block_start
      data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Rain"}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"?"}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":0}

      event: content_block_start
      data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Let me "}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"see."}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":1}

      event: content_block_start
      data: {"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":""}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\":"}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"\\"Bern\\"}"}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":4}

      event: content_block_start
      data: {"type":"content_block_start","index":5,"content_block":{"type":"tool_use","id":"toolu_2","name":"time","input":{}}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":5}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":null,"output_tokens":20,"output_tokens_details":{"thinking_tokens":6}}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  private static final Usage USED = new Usage(22L, 5L, 7L, 3L, 20L, 6L, false);

  private static final String ANSWER =
      """
      {"id":"msg_1","object":"chat.completion","created":%d,"model":"claude-opus-5-5","choices":[{"index":0,
        "message":{"role":"assistant","content":"Let me see.","refusal":null,"reasoning_content":"Rain?",
         "extra_content":{"anthropic":{"thinking_blocks":[{"index":0,"block":{"type":"thinking","thinking":"Rain?","signature":"c2ln"}}]}},
         "tool_calls":[
          {"id":"toolu_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Bern\\"}"}},
          {"id":"toolu_2","type":"function","function":{"name":"time","arguments":"{}"}}]},
        "logprobs":null,"finish_reason":"tool_calls"}]}"""
          .formatted(NOW.getEpochSecond());

  private final ProviderAdapter adapter =
      new AnthropicKinds()
          .all()
          .getFirst()
          .adapter()
          .apply(ProviderConfig.of("anthropic", "anthropic", ""));
  private final List<JsonNode> deltas = new ArrayList<>();

  @Test
  void shouldReadThoughtsTextAndToolCallsWhenTheAnswerIsWhole() {
    // When
    var outcome = (Outcome.Answer) read(reader(false), head(200), WHOLE);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(outcome.model()).isEqualTo("claude-opus-5-5");
    assertThat(outcome.usage()).isEqualTo(USED);
    assertThat(withoutUsage(outcome)).isEqualTo(json(ANSWER));
  }

  @Test
  void shouldReadTheSameWhenTheAnswerIsStreamed() {
    // When
    var outcome = (Outcome.Answer) read(reader(true), head(200), STREAM);
    // Then
    assertThat(outcome.usage()).isEqualTo(USED);
    assertThat(withoutUsage(outcome)).isEqualTo(json(ANSWER));
    assertThat(deltas.stream().map(delta -> delta.path("choices").path(0).path("delta")))
        .containsExactly(
            json("{'role':'assistant','content':''}"),
            json("{'reasoning_content':'Rain'}"),
            json("{'reasoning_content':'?'}"),
            json("{'content':'Let me '}"),
            json("{'content':'see.'}"),
            json(
                "{'tool_calls':[{'index':0,'id':'toolu_1','type':'function','function':{'name':'weather','arguments':''}}]}"),
            json("{'tool_calls':[{'index':0,'function':{'arguments':'{\\'city\\':'}}]}"),
            json("{'tool_calls':[{'index':0,'function':{'arguments':'\\'Bern\\'}'}}]}"),
            json(
                "{'tool_calls':[{'index':1,'id':'toolu_2','type':'function','function':{'name':'time','arguments':''}}]}"),
            json("{'tool_calls':[{'index':1,'function':{'arguments':'{}'}}]}"),
            json(
                "{'extra_content':{'anthropic':{'thinking_blocks':[{'index':0,'block':{'type':'thinking','thinking':'Rain?','signature':'c2ln'}}]}}}"),
            json("{}"));
  }

  @Test
  void shouldSendThoughtsBackUnchangedWhenTheConversationGoesOn() {
    // Given
    var answer = (Outcome.Answer) read(reader(true), head(200), STREAM);
    var next = MAPPER.createObjectNode();
    next.putArray("messages").add(json(text(answer.body())).at("/choices/0/message"));
    // When
    var attempt = anAttempt().setModel("claude-opus-5-5").setBody(utf8(next.toString())).build();
    var call = ((Translation.Calls) adapter.translate(attempt, NOW)).calls().getFirst();
    // Then
    assertThat(json(text(call.http().body())).at("/messages/1/content"))
        .isEqualTo(
            json(
                """
                [{"type":"thinking","thinking":"Rain?","signature":"c2ln"},
                 {"type":"text","text":"Let me see."},
                 {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Bern"}},
                 {"type":"tool_use","id":"toolu_2","name":"time","input":{}}]"""));
  }

  @ParameterizedTest
  @CsvSource({
    "end_turn, stop, COMPLETED",
    "stop_sequence, stop, COMPLETED",
    "pause_turn, stop, COMPLETED",
    "max_tokens, length, INCOMPLETE",
    "model_context_window_exceeded, length, INCOMPLETE",
    "refusal, content_filter, INCOMPLETE",
    "something_new, stop, COMPLETED"
  })
  void shouldSayWhyItEndedWhenTheModelStops(String stopReason, String reason, Verdict verdict) {
    // When
    var outcome =
        (Outcome.Answer)
            read(
                reader(false),
                head(200),
                "{'id':'m','type':'message','content':[{'type':'text','text':'12345678'}],'stop_reason':'%s'}"
                    .formatted(stopReason)
                    .replace('\'', '"'));
    // Then
    assertThat(outcome.verdict()).isEqualTo(verdict);
    assertThat(json(text(outcome.body())).at("/choices/0/finish_reason").asText())
        .isEqualTo(reason);
    assertThat(outcome.usage()).isEqualTo(new Usage(7L, 0L, 0L, 0L, 2L, 0L, true));
  }

  @Test
  void shouldPassTheExplanationOnWhenTheModelRefuses() {
    // When
    var outcome =
        (Outcome.Answer)
            read(
                reader(false),
                head(200),
                "{\"content\":[],\"stop_reason\":\"refusal\",\"stop_details\":{\"category\":\"bio\",\"explanation\":\"Not that.\"}}");
    // Then
    assertThat(json(text(outcome.body())).at("/choices/0/message/refusal").asText())
        .isEqualTo("Not that.");
  }

  @Test
  void shouldBeCutWhenTheStreamEndsBeforeItsEnd() {
    // Given
    var half = STREAM.substring(0, STREAM.indexOf("event: message_delta"));
    // When
    var outcome = read(reader(true), head(200), half);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.CUT_STREAM);
    assertThat(outcome.usage()).isEqualTo(new Usage(22L, 5L, 7L, 3L, 9L, 0L, true));
  }

  @Test
  void shouldBeCompleteAtItsEndMarkWhenTheConnectionStaysOpen() {
    // Given
    var reader = reader(true);
    reader.onHead(head(200));
    // When
    reader.onBytes(STREAM.getBytes(StandardCharsets.UTF_8), delta -> {});
    // Then
    assertThat(reader.isComplete()).isTrue();
  }

  @Test
  void shouldFailWhenAnErrorComesInTheStream() {
    // Given
    var error =
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    // When
    var before = read(reader(true), head(200), error);
    var amid =
        read(
            reader(true),
            head(200),
            STREAM.substring(0, STREAM.indexOf("event: content_block_stop")) + error);
    // Then
    assertThat(before.verdict()).isEqualTo(Verdict.OVERLOADED);
    assertThat(before.usage()).isNull();
    assertThat(amid.verdict()).isEqualTo(Verdict.CUT_STREAM);
    assertThat(((Outcome.Failure) amid).error().code()).isEqualTo("server_is_overloaded");
    assertThat(amid.usage()).isEqualTo(new Usage(22L, 5L, 7L, 3L, 2L, 0L, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "{}", "[1]", "{\"content\":\"x\"}"})
  void shouldFailWhenAGoodStatusBringsNoAnswer(String body) {
    assertThat(read(reader(false), head(200), body).verdict()).isEqualTo(Verdict.UPSTREAM_FAILURE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|invalid_request_error|messages.0.content: bad|INVALID|400||messages",
        "400|invalid_request_error|stop_sequences: each must contain non-whitespace|INVALID|400||stop",
        "400|invalid_request_error|prompt is too long: 9 tokens > 8 maximum|CONTEXT_TOO_LONG|400|context_length_exceeded|",
        "400|invalid_request_error|input length and `max_tokens` exceed context limit: 9 + 9 > 10|CONTEXT_TOO_LONG|400|context_length_exceeded|",
        "400|invalid_request_error|Your credit balance is too low (secret)|OUT_OF_QUOTA|429|insufficient_quota|",
        "400|invalid_request_error|Output blocked by content filtering policy|CONTENT_FILTERED|400||",
        "401|authentication_error|invalid x-api-key secret|UNAUTHORISED|502|upstream_unauthorised|",
        "402|billing_error|secret|OUT_OF_QUOTA|429|insufficient_quota|",
        "403|permission_error|secret|UNAUTHORISED|502|upstream_unauthorised|",
        "404|not_found_error|model: claude-x|NOT_FOUND|404|model_not_found|model",
        "409|conflict_error|secret|UPSTREAM_FAILURE|502|upstream_failure|",
        "413|request_too_large|Request exceeds the maximum size|CONTEXT_TOO_LONG|400|context_length_exceeded|",
        "429|rate_limit_error|secret|RATE_LIMITED|429|rate_limit_exceeded|",
        "500|api_error|secret|UPSTREAM_FAILURE|502|upstream_failure|",
        "504|timeout_error|secret|TIMEOUT|504|upstream_timeout|",
        "529|overloaded_error|secret|OVERLOADED|503|server_is_overloaded|"
      })
  void shouldJudgeTheErrorWhenTheProviderSendsOne(
      int status,
      String type,
      String message,
      Verdict verdict,
      int clientStatus,
      String code,
      String param) {
    // Given
    var body =
        "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"},\"request_id\":\"req_9\"}"
            .formatted(type, message);
    // When
    var failure = (Outcome.Failure) read(reader(true), head(status), body);
    // Then
    assertThat(failure.verdict()).isEqualTo(verdict);
    assertThat(failure.error().status()).isEqualTo(clientStatus);
    assertThat(failure.error().code()).isEqualTo(code);
    assertThat(failure.error().param()).isEqualTo(param);
    assertThat(failure.error().message()).doesNotContain("secret");
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    assertThat(failure.usage()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "enforced_spend_limit_reached, OUT_OF_QUOTA",
    "ramp_limit_exceeded, RATE_LIMITED",
    "'', RATE_LIMITED"
  })
  void shouldTellMoneyFromRateWhenTheDetailsDo(String code, Verdict verdict) {
    // Given
    var body =
        "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"x\",\"details\":{\"error_code\":\"%s\"}}}"
            .formatted(code);
    // Then
    assertThat(read(reader(false), head(429), body).verdict()).isEqualTo(verdict);
    assertThat(read(reader(false), head(429), "<html>").verdict()).isEqualTo(Verdict.RATE_LIMITED);
  }

  @Test
  void shouldBreakOffAsAllDoWhenTheConnectionIsLost() {
    // Given
    var reader = reader(false);
    reader.onHead(head(200));
    // Then
    assertThat(reader.onBroken(Breakage.CONNECTION_LOST).verdict())
        .isEqualTo(Verdict.UPSTREAM_FAILURE);
  }

  @Test
  void shouldReadTheLimitsWhenTheHeadTellsThem() {
    // Given
    var limits =
        Map.of(
            "anthropic-ratelimit-requests-limit", "50",
            "anthropic-ratelimit-requests-remaining", "49",
            "anthropic-ratelimit-requests-reset", NOW.plusSeconds(2).toString(),
            "anthropic-ratelimit-input-tokens-limit", "1000",
            "anthropic-ratelimit-input-tokens-remaining", "900",
            "anthropic-ratelimit-input-tokens-reset", NOW.plusSeconds(3).toString(),
            "anthropic-ratelimit-output-tokens-limit", "200",
            "anthropic-ratelimit-output-tokens-remaining", "0",
            "anthropic-ratelimit-output-tokens-reset", NOW.plusSeconds(4).toString());
    // When
    var notice =
        adapter.limits(new ResponseHead(200, name -> Optional.ofNullable(limits.get(name)), NOW));
    // Then
    assertThat(notice)
        .isEqualTo(
            new LimitNotice(
                new Window(50, 49, Duration.ofSeconds(2)),
                new Window(1200, 0, Duration.ofSeconds(4))));
    assertThat(adapter.limits(head(200)).isNone()).isTrue();
  }

  private ReplyReader reader(boolean isStream) {
    var attempt =
        anAttempt()
            .setModel("claude-opus-5-5")
            .setStream(isStream)
            .setBody(utf8("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"))
            .build();
    return ((Translation.Calls) adapter.translate(attempt, NOW)).calls().getFirst().reader().get();
  }

  private Outcome read(ReplyReader reader, ResponseHead head, String body) {
    reader.onHead(head);
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    int half = bytes.length / 2;
    reader.onBytes(Arrays.copyOf(bytes, half), delta -> deltas.add(json(delta)));
    reader.onBytes(Arrays.copyOfRange(bytes, half, bytes.length), delta -> deltas.add(json(delta)));
    return reader.onEnd(delta -> deltas.add(json(delta)));
  }

  private static ResponseHead head(int status) {
    return new ResponseHead(
        status, name -> Optional.ofNullable(Map.of("retry-after", "3").get(name)), NOW);
  }

  private static JsonNode withoutUsage(Outcome.Answer answer) {
    var tree = (ObjectNode) json(text(answer.body()));
    tree.remove("usage");
    return tree;
  }

  private static JsonNode json(byte[] text) {
    return json(new String(text, StandardCharsets.UTF_8));
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text.startsWith("{'") ? text.replace('\'', '"') : text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
