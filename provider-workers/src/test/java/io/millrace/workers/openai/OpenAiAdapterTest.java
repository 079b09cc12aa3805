package io.millrace.workers.openai;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.text;
import static io.millrace.workers.Attempts.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Breakage;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import java.io.IOException;
import java.net.URI;
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

class OpenAiAdapterTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String ANSWER =
      """
      {"id":"chatcmpl-9","object":"chat.completion","created":1,"model":"gpt-4o-mini-2024","choices":[
       {"index":0,"message":{"role":"assistant","content":"Hello, you","refusal":null},"logprobs":null,"finish_reason":"%s"}],
       "usage":{"prompt_tokens":20,"completion_tokens":9,"total_tokens":29,
        "prompt_tokens_details":{"cached_tokens":8,"cache_write_tokens":3},"completion_tokens_details":{"reasoning_tokens":4}},"x_new":1.10}""";

  private final OpenAiAdapter adapter =
      new OpenAiAdapter(
          URI.create("https://api.openai.com/v1"), Credential.bearers(List.of("sk-secret")));
  private final List<JsonNode> deltas = new ArrayList<>();

  @Test
  void shouldChangeOnlyTheModelWhenTranslatingAPlainRequest() {
    // Given
    var body =
        """
        { "temperature" : 0.70, "model":"fast", "x":{"model":"kept"}, "messages":[{"role":"user","content":"a\\u00e9\\n\\"}"}],
          "stream_options": {"include_usage":true}, "seed":1e-8 , "stop":null,"stream":true}""";
    // When
    var call = call(anAttempt().setBody(utf8(body)).build());
    // Then
    assertThat(signed(call.http()).headers()).containsEntry("authorization", "Bearer sk-secret");
    assertThat(call.http().method()).isEqualTo("POST");
    assertThat(call.http().path()).isEqualTo("/chat/completions");
    assertThat(call.http().headers())
        .containsOnly(
            Map.entry("content-type", "application/json"),
            Map.entry("accept", "application/json"),
            Map.entry("x-client-request-id", "req_0123"));
    assertThat(text(call.http().body()))
        .isEqualTo(
            """
            {"model":"gpt-4o-mini","temperature" : 0.70,"x":{"model":"kept"},"messages":[{"role":"user","content":"a\\u00e9\\n\\"}"}],"seed":1e-8,"stop":null}""");
    assertThat(signed(call.http()).toString()).doesNotContain("secret").doesNotContain("messages");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model\":\"fast\"}|{\"model\":\"gpt-4o-mini\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
        "{\"n\":2,\"stream\":false}|{\"model\":\"gpt-4o-mini\",\"n\":2,\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
        "{\"stream_options\":{\"a\":1,\"include_usage\":false}}|{\"model\":\"gpt-4o-mini\",\"stream\":true,\"stream_options\":{\"a\":1,\"include_usage\":true}}",
        "{}|{\"model\":\"gpt-4o-mini\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
      })
  void shouldAskForUsageWhenStreaming(String body, String sent) {
    // When
    var call = call(anAttempt().setStream(true).setBody(utf8(body)).build());
    // Then
    assertThat(text(call.http().body())).isEqualTo(sent);
    assertThat(call.http().headers()).containsEntry("accept", "text/event-stream");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"a\":1", "{} {}", "{\"a\":1}x", "nul"})
  void shouldRefuseWhenTheBodyIsNotOneObject(String body) {
    // When
    var translation = adapter.translate(anAttempt().setBody(utf8(body)).build(), NOW);
    // Then
    assertThat(translation)
        .isInstanceOfSatisfying(
            Translation.Refused.class,
            refused -> assertThat(refused.failure().verdict()).isEqualTo(Verdict.INVALID));
  }

  @ParameterizedTest
  @CsvSource({
    "stop, COMPLETED",
    "tool_calls, COMPLETED",
    "length, INCOMPLETE",
    "content_filter, INCOMPLETE"
  })
  void shouldPassTheBodyOnUnchangedWhenAnswered(String finishReason, Verdict verdict) {
    // Given
    var body = ANSWER.formatted(finishReason);
    // When
    var outcome = whole(anAttempt().build(), 200, body);
    // Then
    assertThat(outcome)
        .isEqualTo(
            new Outcome.Answer(
                verdict,
                "gpt-4o-mini-2024",
                new Usage(20L, 8L, 3L, 0L, 9L, 4L, false),
                utf8(body)));
  }

  @Test
  void shouldEstimateUsageWhenTheHostTellsNone() {
    // Given
    var body =
        """
        {"choices":[{"message":{"content":"12345678"},"finish_reason":"stop"}],"usage":null}""";
    // When
    var outcome = whole(anAttempt().build(), 200, body);
    // Then
    assertThat(outcome.usage()).isEqualTo(new Usage(7L, 0L, 0L, 0L, 2L, 0L, true));
  }

  @Test
  void shouldPassEmbeddingsThroughWhenAsked() {
    // Given
    var attempt = anAttempt().setEndpoint("/v1/embeddings").setStream(true).build();
    var body =
        """
        {"object":"list","data":[{"object":"embedding","index":0,"embedding":"AAAA"}],"model":"e","usage":{"prompt_tokens":5,"total_tokens":5}}""";
    // When
    var call = call(attempt);
    var outcome = whole(attempt, 200, body);
    // Then
    assertThat(call.http().path()).isEqualTo("/embeddings");
    assertThat(outcome)
        .isEqualTo(
            new Outcome.Answer(
                Verdict.COMPLETED, "e", new Usage(5L, 0L, 0L, 0L, 0L, 0L, false), utf8(body)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "429|{'error':{'message':'Rate','type':'requests','code':'rate_limit_exceeded'}}|RATE_LIMITED|429|rate_limit_exceeded",
        "429|{'error':{'message':'pay','type':'insufficient_quota','code':'credit_balance_exhausted'}}|OUT_OF_QUOTA|429|insufficient_quota",
        "402|{}|OUT_OF_QUOTA|429|insufficient_quota",
        "401|{'error':{'message':'Incorrect API key provided: sk-se'}}|UNAUTHORISED|502|upstream_unauthorised",
        "403|<html>|UNAUTHORISED|502|upstream_unauthorised",
        "400|{'error':{'message':'API key not valid'}}|UNAUTHORISED|502|upstream_unauthorised",
        "404|{'error':{'message':'no model','code':'model_not_found'}}|NOT_FOUND|404|model_not_found",
        "403|{'error':{'message':'no access','code':'model_not_found'}}|NOT_FOUND|404|model_not_found",
        "400|{'error':{'message':'long','code':'context_length_exceeded','param':'messages'}}|CONTEXT_TOO_LONG|400|context_length_exceeded",
        "400|{'object':'error','message':'This model maximum context length is 4','type':'BadRequestError','code':400}|CONTEXT_TOO_LONG|400|context_length_exceeded",
        "400|{'error':{'message':'no','code':'content_filter'}}|CONTENT_FILTERED|400|content_filter",
        "400|{'error':{'message':'bad','code':'invalid_value','param':'n'}}|INVALID|400|invalid_value",
        "400|{'object':'error','message':'bad','type':'BadRequestError','code':400}|INVALID|400|",
        "422|{'detail':'nope'}|INVALID|400|",
        "400|{'error':'just text'}|INVALID|400|",
        "413||INVALID|413|",
        "408||TIMEOUT|504|upstream_timeout",
        "504||TIMEOUT|504|upstream_timeout",
        "498||OVERLOADED|503|server_is_overloaded",
        "503||OVERLOADED|503|server_is_overloaded",
        "500|{'error':{'code':'server_is_overloaded'}}|OVERLOADED|503|server_is_overloaded",
        "529||OVERLOADED|503|server_is_overloaded",
        "500|{'error':{'message':'secret host broke'}}|UPSTREAM_FAILURE|502|upstream_failure",
        "302||UPSTREAM_FAILURE|502|upstream_failure"
      })
  void shouldJudgeTheErrorWhenTheProviderSendsOne(
      int status, String body, Verdict verdict, int clientStatus, String code) {
    // When
    var json = body == null ? "" : body.replace('\'', '"');
    var outcome = whole(anAttempt().build(), status, json);
    // Then
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failure.class,
            failure -> {
              assertThat(failure.verdict()).isEqualTo(verdict);
              assertThat(failure.error().status()).isEqualTo(clientStatus);
              assertThat(failure.error().code()).isEqualTo(code);
              assertThat(failure.error().message()).doesNotContain("sk-").doesNotContain("secret");
              assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(3));
              assertThat(failure.usage()).isNull();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "{}", "[1]", "{\"choices\":[]}", "{\"choices\":[{\"fin"})
  void shouldFailWhenAGoodStatusBringsNoAnswer(String body) {
    assertThat(whole(anAttempt().build(), 200, body).verdict()).isEqualTo(Verdict.UPSTREAM_FAILURE);
  }

  @Test
  void shouldFailWhenAPageComesWithAGoodStatus() {
    // Given
    var reader = call(anAttempt().setStream(true).build()).reader().get();
    // When
    var outcome = read(reader, head(200, "text/html"), "data: {}");
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.UPSTREAM_FAILURE);
  }

  @Test
  void shouldPutChunksInOrderWhenTheHostIsCareless() {
    // Given
    var stream =
        """
        data: {"id":"","model":"m1","choices":[],"prompt_filter_results":[]}

        data: {"id":"a","created":5,"model":"m1","choices":[{"delta":{"content":"He"},"finish_reason":""}],"error":null,"usage":null}

        : keep-alive

        data: {"id":"b","created":6,"model":"m2","choices":[{"index":0,"delta":{"role":"assistant","content":[{"type":"text","text":"y"}]},"message":{"content":"Hey"}}],"obfuscation":"xx"}

        data: {"id":"b","choices":[{"index":0,"delta":{"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{"}}]}}]}

        data: {"id":"b","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]},"finish_reason":"length"}],"usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6}}
        """;
    // When
    var outcome = streamed(anAttempt().setStream(true).build(), stream);
    // Then
    assertThat(deltas).hasSize(4);
    assertThat(deltas)
        .allSatisfy(d -> assertThat(d.path("id").asText()).isEqualTo("chatcmpl-0123"));
    assertThat(deltas).allSatisfy(d -> assertThat(d.path("model").asText()).isEqualTo("m1"));
    assertThat(deltas).allSatisfy(d -> assertThat(d.has("usage")).isFalse());
    assertThat(deltas).allSatisfy(d -> assertThat(d.has("error")).isFalse());
    assertThat(deltas.get(0).at("/choices/0").toString())
        .isEqualTo(
            """
            {"delta":{"content":"He","role":"assistant"},"finish_reason":null,"index":0}""");
    assertThat(deltas.get(1).at("/choices/0/delta/content").asText()).isEqualTo("y");
    assertThat(deltas.get(1).path("obfuscation").asText()).isEqualTo("xx");
    assertThat(deltas.get(2).at("/choices/0/delta/tool_calls/0/index").asInt(-1)).isZero();
    assertThat(outcome.verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(outcome.usage()).isEqualTo(new Usage(4L, 0L, 0L, 0L, 2L, 0L, false));
    assertThat(bodyOf(outcome).at("/choices/0").toString())
        .isEqualTo(
            """
            {"index":0,"message":{"role":"assistant","content":"Hey","refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},"logprobs":null,"finish_reason":"length"}""");
    assertThat(bodyOf(outcome).path("object").asText()).isEqualTo("chat.completion");
    assertThat(bodyOf(outcome).has("obfuscation")).isFalse();
  }

  @Test
  void shouldShowUsageLastWhenTheClientWantsIt() {
    // Given
    var body = "{\"model\":\"fast\",\"stream_options\":{\"include_usage\":true}}";
    var stream =
        """
        data: {"id":"a","created":5,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}

        data: {"id":"a","created":5,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: {"id":"a","created":5,"model":"m","choices":[],"usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6}}

        data: [DONE]

        """;
    // When
    var outcome = streamed(anAttempt().setStream(true).setBody(utf8(body)).build(), stream);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(deltas).hasSize(3);
    assertThat(deltas.get(0).get("usage").isNull()).isTrue();
    assertThat(deltas.get(1).get("usage").isNull()).isTrue();
    assertThat(deltas.get(2).path("choices").isEmpty()).isTrue();
    assertThat(deltas.get(2).at("/usage/total_tokens").asInt()).isEqualTo(6);
  }

  @Test
  void shouldSayCutAndEstimateWhenAStreamBreaksOff() {
    // Given
    var stream =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"12345678\"}}]}\n\ndata: {\"cho";
    var reader = call(anAttempt().setStream(true).build()).reader().get();
    reader.onHead(head(200, "text/event-stream"));
    reader.onBytes(stream.getBytes(StandardCharsets.UTF_8), this::onDelta);
    // When
    var outcome = reader.onBroken(Breakage.CONNECTION_LOST);
    // Then
    assertThat(deltas).hasSize(1);
    assertThat(outcome.verdict()).isEqualTo(Verdict.CUT_STREAM);
    assertThat(outcome.usage()).isEqualTo(new Usage(7L, 0L, 0L, 0L, 2L, 0L, true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}|CUT_STREAM",
        "data: [DONE]|UPSTREAM_FAILURE",
        "|CUT_STREAM",
        "data: {\"error\":{\"message\":\"x\",\"code\":\"rate_limit_exceeded\"}}|RATE_LIMITED",
        "data: {\"error\":\"x\"}|UPSTREAM_FAILURE",
        "data: {oops|UPSTREAM_FAILURE",
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}|COMPLETED"
      })
  void shouldJudgeAStreamByItsEnd(String stream, Verdict verdict) {
    assertThat(
            streamed(anAttempt().setStream(true).build(), stream == null ? "" : stream).verdict())
        .isEqualTo(verdict);
  }

  @Test
  void shouldSayCutWhenTheProviderFailsAfterAPartWasShown() {
    // Given
    var stream =
        """
        data: {"choices":[{"delta":{"content":"a"}}]}

        data: {"error":{"message":"x","code":"server_is_overloaded"}}

        """;
    // When
    var outcome = streamed(anAttempt().setStream(true).build(), stream);
    // Then
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failure.class,
            failure -> {
              assertThat(failure.verdict()).isEqualTo(Verdict.CUT_STREAM);
              assertThat(failure.error().status()).isEqualTo(503);
            });
  }

  @Test
  void shouldMakeOneChunkWhenTheHostIgnoresTheWishToStream() {
    // Given
    var attempt = anAttempt().setStream(true).build();
    // When
    var outcome =
        read(call(attempt).reader().get(), head(200, "application/json"), ANSWER.formatted("stop"));
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(outcome.usage()).isEqualTo(new Usage(20L, 8L, 3L, 0L, 9L, 4L, false));
    assertThat(deltas).hasSize(1);
    assertThat(deltas.get(0).at("/choices/0/delta/content").asText()).isEqualTo("Hello, you");
    assertThat(deltas.get(0).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
  }

  @ParameterizedTest
  @CsvSource({
    "CANCELLED, CANCELLED, 499",
    "TIMED_OUT, TIMEOUT, 504",
    "NOT_CONNECTED, UPSTREAM_FAILURE, 502",
    "CONNECTION_LOST, UPSTREAM_FAILURE, 502",
    "TOO_LARGE, UPSTREAM_FAILURE, 502"
  })
  void shouldReckonNothingUsedWhenNothingCame(Breakage breakage, Verdict verdict, int status) {
    // Given
    var reader = call(anAttempt().build()).reader().get();
    // When
    var outcome = reader.onBroken(breakage);
    // Then
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failure.class,
            failure -> {
              assertThat(failure.verdict()).isEqualTo(verdict);
              assertThat(failure.error().status()).isEqualTo(status);
              assertThat(failure.usage()).isNull();
            });
  }

  private Translation.Call call(AttemptRequested attempt) {
    return switch (adapter.translate(attempt, NOW)) {
      case Translation.Calls calls -> calls.calls().getFirst();
      case Translation.MediaWanted wanted -> throw new AssertionError("fetches: " + wanted);
      case Translation.Refused refused ->
          throw new AssertionError("refused: " + refused.failure().error().message());
    };
  }

  private HttpCall signed(HttpCall call) {
    return switch (adapter.credentials().getFirst()) {
      case Credential.Fixed fixed -> fixed.signer().sign(call, NOW);
      case Credential.Lent lent -> throw new AssertionError("a key is never lent: " + lent);
    };
  }

  private Outcome whole(AttemptRequested attempt, int status, String body) {
    return read(
        call(attempt).reader().get(),
        head(status, body.startsWith("<") ? "text/html" : "application/json"),
        body);
  }

  private Outcome streamed(AttemptRequested attempt, String stream) {
    return read(
        call(attempt).reader().get(), head(200, "text/event-stream; charset=utf-8"), stream);
  }

  private Outcome read(ReplyReader reader, ResponseHead head, String body) {
    reader.onHead(head);
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    int half = bytes.length / 2;
    if (half > 0) {
      reader.onBytes(Arrays.copyOfRange(bytes, 0, half), this::onDelta);
      reader.onBytes(Arrays.copyOfRange(bytes, half, bytes.length), this::onDelta);
    }
    return reader.onEnd(this::onDelta);
  }

  private static ResponseHead head(int status, String contentType) {
    var headers = Map.of("content-type", contentType, "retry-after", "3");
    return new ResponseHead(status, name -> Optional.ofNullable(headers.get(name)), NOW);
  }

  private static JsonNode bodyOf(Outcome outcome) {
    if (outcome instanceof Outcome.Answer answer) {
      return json(text(answer.body()).getBytes(StandardCharsets.UTF_8));
    }
    throw new AssertionError("no answer: " + outcome);
  }

  private static JsonNode json(byte[] bytes) {
    try {
      return MAPPER.readTree(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void onDelta(byte[] chunk) {
    deltas.add(json(chunk));
  }
}
