package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.frames;
import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.script.Behaviour;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.RateLimit;
import io.millrace.simulator.script.SimulatorScript;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicMessagesTest {
  private static final String PATH = "/v1/messages";
  private static final String PLAIN =
      "'model':'claude-sonnet-4-5','max_tokens':2000,'messages':[{'role':'user','content':'Hi'}]";
  private static final String TOOLS =
      ",'tools':[{'name':'grind','input_schema':{'type':'object','properties':{'grain':{'type':'string'}}}},"
          + "{'name':'rest','input_schema':{'type':'object'}}]";
  private static final String USE =
      "{'role':'assistant','content':[{'type':'tool_use','id':'t1','name':'grind','input':{}}]}";
  private static final String RESULT = "{'type':'tool_result','tool_use_id':'t1','content':'ok'}";

  private RunningSimulator running;

  @BeforeEach
  void start() {
    running = new RunningSimulator(SimulatorScript.defaults());
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private void script(UnaryOperator<Behaviour> change) {
    running.simulator().script(SimulatorScript.defaults().withBehaviour(change));
  }

  private HttpResponse<String> post(String path, String body, String... headers) {
    var request =
        running.request(path, headers).POST(RunningSimulator.text(body.replace('\'', '"'))).build();
    try {
      return running.client().send(request, BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> post(String fields) {
    return post(PATH, "{" + fields + "}", "anthropic-version", "2023-06-01", "x-api-key", "k");
  }

  private String complaint(String fields) {
    HttpResponse<String> response = post(fields);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error/type").asText()).isEqualTo("invalid_request_error");
    return json(response).at("/error/message").asText();
  }

  @Test
  void shouldAnswerAsAnthropicDoes() {
    // Given
    script(
        b ->
            b.withOutputTokens(3)
                .withExtras(e -> e.withCachedInputTokens(1).withCacheWriteTokens(2)));
    // When
    HttpResponse<String> response =
        post(
            "'system':[{'type':'text','text':'Hm','cache_control':{'type':'ephemeral','ttl':'1h'}}],"
                + PLAIN);
    // Then
    ObjectNode answer = (ObjectNode) json(response);
    assertThat(answer.remove("id").asText()).startsWith("msg_");
    assertThat(answer)
        .isEqualTo(
            json(
                """
                {"type":"message","role":"assistant","model":"claude-sonnet-4-5",
                 "content":[{"type":"text","text":"the water turns","citations":null}],
                 "stop_reason":"end_turn","stop_sequence":null,"stop_details":null,
                 "usage":{"input_tokens":6,"cache_creation_input_tokens":2,"cache_read_input_tokens":1,
                  "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":2},
                  "output_tokens":3,"service_tier":"standard","output_tokens_details":{"thinking_tokens":0}}}"""));
    assertThat(response.headers().firstValue("request-id").orElseThrow()).startsWith("req_");
    assertThat(running.simulator().stats().inputTokens()).isEqualTo(9);
  }

  @Test
  void shouldStreamNamedEvents() {
    // Given
    script(b -> b.withOutputTokens(2).withExtras(e -> e.withReasoningTokens(2)));
    // When
    HttpResponse<String> response =
        post(PLAIN + ",'stream':true,'thinking':{'type':'enabled','budget_tokens':1024}");
    // Then
    assertThat(response.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/event-stream");
    List<String> names =
        response
            .body()
            .lines()
            .filter(l -> l.startsWith("event: "))
            .map(l -> l.substring(7))
            .toList();
    List<JsonNode> events = frames(response.body()).stream().map(RunningSimulator::json).toList();
    assertThat(events).extracting(event -> event.path("type").asText()).isEqualTo(names);
    assertThat(names)
        .containsExactly(
            "message_start",
            "ping",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop");
    assertThat(events.get(3).at("/delta/thinking").asText()).isEqualTo("the water");
    assertThat(events.get(4).at("/delta/signature").asText()).isNotEmpty();
    assertThat(events.get(7))
        .isEqualTo(
            json(
                "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"the\"}}"));
    assertThat(events.get(10).at("/delta/stop_reason").asText()).isEqualTo("end_turn");
    assertThat(events.get(10).at("/usage/output_tokens").asInt()).isEqualTo(4);
    assertThat(events.get(10).at("/usage/output_tokens_details/thinking_tokens").asInt())
        .isEqualTo(2);
  }

  @Test
  void shouldCallToolsAndTakeTheirResults() {
    // Given
    script(b -> b.withExtras(e -> e.withToolCalls(2)));
    // When
    JsonNode answer = json(post(PLAIN + TOOLS));
    JsonNode single =
        json(
            post(PLAIN + TOOLS + ",'tool_choice':{'type':'any','disable_parallel_tool_use':true}"));
    JsonNode after =
        json(
            post(
                "'model':'m','max_tokens':9,'messages':[{'role':'user','content':'a'},"
                    + "{'role':'assistant','content':'b'},"
                    + USE
                    + ",{'role':'user','content':["
                    + RESULT
                    + "]}]"
                    + TOOLS));
    // Then
    assertThat(answer.path("stop_reason").asText()).isEqualTo("tool_use");
    assertThat(answer.path("content").findValuesAsText("name")).containsExactly("grind", "rest");
    assertThat(answer.at("/content/0/input")).isEqualTo(json("{\"grain\":\"water\"}"));
    assertThat(answer.at("/content/0/id").asText()).startsWith("toolu_");
    assertThat(single.path("content")).hasSize(1);
    assertThat(after.path("stop_reason").asText()).isEqualTo("max_tokens");
  }

  @Test
  void shouldSayWhyItEnded() {
    // When
    JsonNode stopped = json(post(PLAIN + ",'stop_sequences':['wheel']"));
    script(b -> b.withExtras(e -> e.withContentFilter(1)));
    JsonNode refused = json(post(PLAIN));
    // Then
    assertThat(stopped.path("stop_reason").asText()).isEqualTo("stop_sequence");
    assertThat(stopped.path("stop_sequence").asText()).isEqualTo("wheel");
    assertThat(refused.path("stop_reason").asText()).isEqualTo("refusal");
    assertThat(refused.at("/stop_details/type").asText()).isEqualTo("refusal");
  }

  @Test
  void shouldFitTheSchemaAskedFor() {
    // When
    JsonNode answer =
        json(
            post(
                PLAIN
                    + ",'output_config':{'format':{'type':'json_schema','schema':{'type':'object',"
                    + "'properties':{'n':{'type':'integer'}},'additionalProperties':false}}}"));
    // Then
    assertThat(json(answer.at("/content/0/text").asText())).isEqualTo(json("{\"n\":1}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/messages", "/anthropic/v1/messages"})
  void shouldWantAKeyAndAVersion(String path) {
    // Given
    running.simulator().script(SimulatorScript.defaults().withRequiredKey("right"));
    String body = "{" + PLAIN + "}";
    // When
    HttpResponse<String> keyless = post(path, body, "anthropic-version", "2023-06-01");
    HttpResponse<String> versionless = post(path, body, "x-api-key", "right");
    HttpResponse<String> bearer =
        post(path, body, "authorization", "Bearer right", "anthropic-version", "2023-06-01");
    // Then
    assertThat(keyless.statusCode()).isEqualTo(401);
    assertThat(json(keyless).at("/error/type").asText()).isEqualTo("authentication_error");
    assertThat(versionless.statusCode()).isEqualTo(400);
    assertThat(bearer.statusCode()).isEqualTo(200);
  }

  @Test
  void shouldKnowNoOtherPathsAndMethods() {
    assertThat(post("/v1/messages/batches", "{}").statusCode()).isEqualTo(404);
    assertThat(running.get("/anthropic/v1/messages").statusCode()).isEqualTo(405);
  }

  @Test
  void shouldFailInItsOwnWordsWhenScripted() {
    // Given
    script(
        b ->
            b.withErrors(
                ErrorRule.always(529).withFirstCalls(1),
                ErrorRule.always(429)
                    .withText(new ErrorRule.Text("", "enforced_spend_limit_reached", "Spent"))));
    // When
    HttpResponse<String> overloaded = post(PLAIN);
    HttpResponse<String> spent = post(PLAIN);
    // Then
    assertThat(overloaded.statusCode()).isEqualTo(529);
    assertThat(json(overloaded).at("/error/type").asText()).isEqualTo("overloaded_error");
    assertThat(json(overloaded).path("request_id").asText())
        .isEqualTo(overloaded.headers().firstValue("request-id").orElseThrow());
    assertThat(json(spent).path("error"))
        .isEqualTo(
            json(
                "{\"type\":\"rate_limit_error\",\"message\":\"Spent\",\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}}"));
  }

  @Test
  void shouldTellItsLimits() {
    // Given
    script(b -> b.withRateLimit(new RateLimit(1, 0, 0)));
    // When
    HttpResponse<String> first = post(PLAIN);
    HttpResponse<String> second = post(PLAIN);
    // Then
    assertThat(first.headers().firstValue("anthropic-ratelimit-requests-limit")).contains("1");
    assertThat(first.headers().firstValue("anthropic-ratelimit-requests-remaining")).contains("0");
    assertThat(
            Instant.parse(
                first.headers().firstValue("anthropic-ratelimit-requests-reset").orElseThrow()))
        .isAfter(Instant.now());
    assertThat(second.statusCode()).isEqualTo(429);
    assertThat(second.headers().firstValueAsLong("retry-after").orElseThrow()).isBetween(1L, 60L);
    assertThat(json(second).at("/error/type").asText()).isEqualTo("rate_limit_error");
  }

  @Test
  void shouldKnowOnlyListedModelsWhenTold() {
    // Given
    running.simulator().script(SimulatorScript.defaults().withOnlyListedModels(true));
    // When
    HttpResponse<String> response = post(PLAIN);
    // Then
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(json(response).at("/error/type").asText()).isEqualTo("not_found_error");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'max_tokens':1,'messages':[]|model: Field required",
        "'model':'m','messages':[]|max_tokens: Field required",
        "'model':'m','max_tokens':0,'messages':[]|max_tokens: Input should be greater",
        "'model':'m','max_tokens':1|messages: Field required",
        "'model':'m','max_tokens':1,'messages':[]|at least one message",
        "'model':'m','max_tokens':1,'messages':[],'seed':1|seed: Extra inputs",
        "'model':'m','max_tokens':1,'messages':[],'stop_sequences':[' ']|non-whitespace",
        "'model':'m','max_tokens':1,'messages':[],'metadata':{'a':'b'}|metadata.a: Extra inputs",
        "'model':'m','max_tokens':1,'messages':[],'service_tier':'flex'|service_tier"
      })
  void shouldRefuseWrongFields(String fields, String message) {
    assertThat(complaint(fields)).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'role':'system','content':'x'}|Unexpected role",
        "{'role':'assistant','content':'x'}|first message must use",
        "{'role':'user','content':''}|non-empty content",
        "{'role':'user','content':[{'type':'text','text':' '}]}|non-whitespace text",
        "{'role':'user','content':[{'type':'audio'}]}|Input tag 'audio'",
        "{'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/bmp','data':''}}]}|media_type",
        "{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'tool_use','id':'a.b','name':'n','input':{}}]}|should match pattern",
        "{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'thinking','thinking':'x','signature':'forged'}]}|Invalid `signature`"
      })
  void shouldRefuseWrongMessages(String messages, String message) {
    assertThat(complaint("'model':'m','max_tokens':1,'messages':[" + messages + "]"))
        .contains(message);
  }

  @Test
  void shouldWantEachToolCallAnsweredAtOnce() {
    // Given
    String begin = "'model':'m','max_tokens':9,'messages':[{'role':'user','content':'a'},";
    // Then
    assertThat(complaint(begin + USE + "]")).contains("without `tool_result`");
    assertThat(complaint(begin + USE + ",{'role':'user','content':'b'}]"))
        .contains("without `tool_result`");
    assertThat(
            complaint(
                begin
                    + USE
                    + ",{'role':'user','content':[{'type':'text','text':'b'},"
                    + RESULT
                    + "]}]"))
        .contains("without `tool_result`");
    assertThat(complaint(begin + "{'role':'user','content':[" + RESULT + "]}]"))
        .contains("unexpected `tool_use_id`");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'tools':[{'name':'a b','input_schema':{'type':'object'}}]|should match pattern",
        "'tools':[{'name':'a'}]|input_schema.type",
        "'tool_choice':{'type':'any'}|while providing tools",
        "'tools':[{'name':'a','input_schema':{'type':'object'}}],'tool_choice':{'type':'tool','name':'b'}|not found",
        "'output_config':{'format':{'type':'json_schema','schema':{'type':'object'}}}|additionalProperties",
        "'output_config':{'format':{'type':'json_schema','schema':{'type':'array','items':{'type':'integer','minimum':1}}}}|'minimum' is not supported",
        "'temperature':1.5|temperature",
        "'thinking':{'type':'enabled','budget_tokens':100}|at least 1024",
        "'thinking':{'type':'enabled','budget_tokens':2000}|must be greater than",
        "'thinking':{'type':'enabled','budget_tokens':1024},'temperature':0.5|may only be set to 1",
        "'thinking':{'type':'adaptive'},'tools':[{'name':'a','input_schema':{'type':'object'}}],'tool_choice':{'type':'any'}|forces tool use"
      })
  void shouldRefuseWhatTheModelDoesNotTake(String more, String message) {
    assertThat(complaint(PLAIN + "," + more)).contains(message);
  }

  @Test
  void shouldRefuseSamplingOfNewModels() {
    // Given
    String newer = PLAIN.replace("sonnet-4-5", "opus-5");
    // Then
    assertThat(complaint(newer + ",'temperature':0.5")).contains("temperature: is not supported");
    assertThat(complaint(newer + ",'top_k':5")).contains("top_k: is not supported");
    assertThat(post(newer + ",'temperature':1").statusCode()).isEqualTo(200);
    assertThat(post(PLAIN + ",'temperature':0.5").statusCode()).isEqualTo(200);
    assertThat(
            post(PATH, "{" + PLAIN + ",'temperature':1}", "anthropic-version", "2026-10-21")
                .statusCode())
        .isEqualTo(400);
  }
}
