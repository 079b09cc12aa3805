package io.millrace.workers.bedrock;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.utf8;
import static io.millrace.workers.bedrock.Answers.adapter;
import static io.millrace.workers.bedrock.Answers.body;
import static io.millrace.workers.bedrock.Answers.calls;
import static io.millrace.workers.bedrock.Answers.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.Media;
import io.millrace.workers.Translation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BedrockRequestsTest {

  private static final String CLAUDE = "eu.anthropic.claude-x-v1:0";

  @Test
  void shouldWriteConverseWhenTheRequestUsesEverything() {
    // Given
    var request =
        """
        {"model":"fast","messages":[
          {"role":"system","content":"Be brief."},
          {"role":"user","content":[{"type":"text","text":"Look","cache_control":{"type":"ephemeral","ttl":"1h"}},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
          {"role":"assistant","content":null,"tool_calls":[
            {"id":"t1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Ulm\\"}"}},
            {"id":"t2","type":"function","function":{"name":"weather","arguments":"{}"}}],
            "extra_content":{"bedrock":{"vendor":"anthropic.","reasoning_content":[{"reasoningText":{"text":"hm","signature":"s1"}}]}}},
          {"role":"tool","tool_call_id":"t1","content":"rain"},
          {"role":"tool","tool_call_id":"t2","content":""},
          {"role":"user","content":""},
          {"role":"user","content":"And now?"}],
         "tools":[{"type":"function","function":{"name":"weather","description":"of a city","strict":true,
            "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
           {"type":"function","function":{"name":"clock"}}],
         "tool_choice":"required","parallel_tool_calls":true,
         "max_completion_tokens":100,"temperature":1.7,"top_p":0.5,"stop":["END"," "],
         "response_format":{"type":"json_schema","json_schema":{"name":"w","schema":{"type":"object"}}},
         "reasoning_effort":"minimal","top_k":5,"thinking":{"type":"enabled"},
         "guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"},
         "user":"u-1","service_tier":"flex"}""";
    // When
    var call = calls(attempt(request)).calls().getFirst();
    // Then
    assertThat(call.http().path()).isEqualTo("/model/eu.anthropic.claude-x-v1%3A0/converse");
    assertThat(call.http().headers())
        .containsOnly(
            Map.entry("content-type", "application/json"),
            Map.entry("accept", "application/json"),
            Map.entry("x-client-request-id", "req_0123"));
    assertThat(body(call))
        .isEqualTo(
            json(
                """
                {"messages":[
                  {"role":"user","content":[{"text":"Look"},{"cachePoint":{"type":"default","ttl":"1h"}},
                    {"image":{"format":"png","source":{"bytes":"AAAA"}}}]},
                  {"role":"assistant","content":[
                    {"reasoningContent":{"reasoningText":{"text":"hm","signature":"s1"}}},
                    {"toolUse":{"toolUseId":"t1","name":"weather","input":{"city":"Ulm"}}},
                    {"toolUse":{"toolUseId":"t2","name":"weather","input":{}}}]},
                  {"role":"user","content":[
                    {"toolResult":{"toolUseId":"t1","content":[{"text":"rain"}]}},
                    {"toolResult":{"toolUseId":"t2","content":[]}},
                    {"text":"And now?"}]}],
                 "system":[{"text":"Be brief."}],
                 "toolConfig":{"tools":[
                   {"toolSpec":{"name":"weather","description":"of a city",
                     "inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}}}},"strict":true}},
                   {"toolSpec":{"name":"clock","inputSchema":{"json":{"type":"object"}}}}],
                   "toolChoice":{"any":{}}},
                 "inferenceConfig":{"maxTokens":100,"temperature":1,"topP":0.5,"stopSequences":["END"]},
                 "outputConfig":{"textFormat":{"type":"json_schema",
                   "structure":{"jsonSchema":{"schema":"{\\"type\\":\\"object\\"}","name":"w"}}},"effort":"low"},
                 "additionalModelRequestFields":{"thinking":{"type":"enabled"},"top_k":5},
                 "serviceTier":{"type":"flex"},
                 "requestMetadata":{"user":"u-1"},
                 "guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"}}"""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "eu.anthropic.claude-x|\"reasoning_effort\":\"none\"|{\"additionalModelRequestFields\":{\"thinking\":{\"type\":\"disabled\"}}}",
        "amazon.nova-lite-v1:0|\"top_k\":3|{\"additionalModelRequestFields\":{\"inferenceConfig\":{\"topK\":3}}}",
        "cohere.command-r|\"top_k\":3|{\"additionalModelRequestFields\":{\"k\":3}}",
        "x|\"additionalModelRequestFields\":{\"a\":1}|{\"additionalModelRequestFields\":{\"a\":1}}",
        "x|\"tool_choice\":\"none\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]|{}",
        "x|\"response_format\":{\"type\":\"json_object\"}|{\"system\":[{\"text\":\"Answer with one JSON object and nothing else: no words around it, no code fence.\"}]}",
        "x|\"service_tier\":\"auto\",\"temperature\":0.2|{\"inferenceConfig\":{\"temperature\":0.2}}"
      })
  void shouldWriteAFieldAsTheModelTakesItWhenItIsGiven(String model, String field, String written) {
    // Given
    var request = "{\"messages\":[],%s}".formatted(field);
    // When
    var body = body(calls(attempt(request, model)).calls().getFirst());
    // Then
    assertThat(without(body, "messages")).isEqualTo(json(written));
  }

  @Test
  void shouldKeepTheToolsWhenTheHistoryUsesThem() {
    // Given
    var messages =
        """
        "messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","tool_calls":[
         {"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},
         {"role":"tool","tool_call_id":"t","content":"c"}]""";
    var tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";
    // When
    var undeclared = body(calls(attempt("{%s}".formatted(messages))).calls().getFirst());
    var forbidden =
        body(
            calls(attempt("{%s,%s,\"tool_choice\":\"none\"}".formatted(messages, tools)))
                .calls()
                .getFirst());
    // Then
    var declared =
        json(
            """
            {"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}]}""");
    assertThat(undeclared.path("toolConfig")).isEqualTo(declared);
    assertThat(forbidden.path("toolConfig")).isEqualTo(declared);
  }

  @Test
  void shouldAskForMediaWhenMessagesNameUrls() {
    // Given
    var request =
        """
        {"messages":[{"role":"user","content":[
          {"type":"image_url","image_url":{"url":"https://a/b.jpg"}},
          {"type":"file","file":{"filename":"My_report, 2nd.pdf","file_data":"https://a/c.pdf"}},
          {"type":"file","file":{"filename":"My report 2nd.pdf","file_data":"data:application/pdf;base64,BBBB"}}]}]}""";
    // When
    var wanted = (Translation.MediaWanted) translate(attempt(request));
    var calls =
        (Translation.Calls)
            wanted
                .then()
                .apply(
                    Map.of(
                        "https://a/b.jpg", new Media("image/jpeg", "CCCC"),
                        "https://a/c.pdf", new Media("application/pdf", "DDDD")));
    // Then
    assertThat(wanted.urls()).containsExactly("https://a/b.jpg", "https://a/c.pdf");
    assertThat(body(calls.calls().getFirst()).at("/messages/0/content"))
        .isEqualTo(
            json(
                """
                [{"text":"The document is attached."},
                 {"image":{"format":"jpeg","source":{"bytes":"CCCC"}}},
                 {"document":{"format":"pdf","name":"My report 2nd","source":{"bytes":"DDDD"}}},
                 {"document":{"format":"pdf","name":"My report 2nd (2)","source":{"bytes":"BBBB"}}}]"""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/bmp;base64,AA\"}}",
        "{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}}",
        "{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/zip;base64,AA\"}}",
        "{\"type\":\"input_audio\",\"input_audio\":{\"format\":\"pcm16\",\"data\":\"AA\"}}"
      })
  void shouldRefuseWhenAPartCannotBeHad(String part) {
    // Given
    var request = "{\"messages\":[{\"role\":\"user\",\"content\":[%s]}]}".formatted(part);
    // When
    var translation = translate(attempt(request));
    // Then
    assertThat(translation)
        .isInstanceOfSatisfying(
            Translation.Refused.class,
            refused ->
                assertThat(refused.failure().error().code()).isEqualTo("unsupported_parameter"));
  }

  @Test
  void shouldDropOrRefuseWhenAFieldCannotBeHad() {
    // Given
    var request =
        attempt(
            """
            {"messages":[],"seed":1,"logit_bias":{"1":2},"parallel_tool_calls":false,"user":"ü"}""");
    // When
    var dropped = calls(request);
    var refused = adapter(UnsupportedParameters.REJECT).translate(request, NOW);
    // Then
    assertThat(dropped.droppedParameters())
        .containsExactlyInAnyOrder("seed", "logit_bias", "parallel_tool_calls", "user");
    assertThat(body(dropped.calls().getFirst())).isEqualTo(json("{\"messages\":[]}"));
    assertThat(refused).isInstanceOf(Translation.Refused.class);
  }

  @Test
  void shouldMakeACallForEachChoiceWhenSeveralAreAskedFor() {
    // When
    var calls = calls(attempt("{\"messages\":[],\"n\":3}"));
    // Then
    assertThat(calls.calls()).hasSize(3);
    assertThat(calls.droppedParameters()).isEmpty();
  }

  @Test
  void shouldEmbedOneByOneWhenTheModelIsTitan() {
    // Given
    var attempt =
        embeddings(
            "amazon.titan-embed-text-v2:0",
            "{\"input\":[\"a\",\"b\"],\"dimensions\":256,\"normalize\":false}");
    // When
    var calls = calls(attempt);
    // Then
    assertThat(calls.calls().get(1).http().path())
        .isEqualTo("/model/amazon.titan-embed-text-v2%3A0/invoke");
    assertThat(calls.calls().stream().map(Answers::body).toList())
        .isEqualTo(
            List.of(
                json("{\"inputText\":\"a\",\"dimensions\":256,\"normalize\":false}"),
                json("{\"inputText\":\"b\",\"dimensions\":256,\"normalize\":false}")));
  }

  @Test
  void shouldEmbedInGroupsWhenTheModelIsCohere() {
    // Given
    var texts = "\"x\",".repeat(96) + "\"last\"";
    var attempt =
        embeddings(
            "cohere.embed-multilingual-v3",
            "{\"input\":[%s],\"dimensions\":256,\"input_type\":\"search_query\"}".formatted(texts));
    // When
    var calls = calls(attempt);
    // Then
    assertThat(calls.calls()).hasSize(2);
    assertThat(calls.droppedParameters()).containsExactly("dimensions");
    assertThat(body(calls.calls().get(1)))
        .isEqualTo(
            json(
                """
                {"texts":["last"],"input_type":"search_query","embedding_types":["float"]}"""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "amazon.titan-embed-text-v2:0|{\"embedding\":[0.5,1],\"inputTextTokenCount\":4}",
        "cohere.embed-english-v3|{\"embeddings\":{\"float\":[[0.5,1]]},\"texts\":[\"a\"]}",
        "cohere.embed-english-v3|{\"embeddings\":[[0.5,1]],\"texts\":[\"a\"]}"
      })
  void shouldAnswerVectorsWhenEmbedded(String model, String body) {
    // Given
    var reader =
        Answers.reader(
            embeddings(model, "{\"input\":\"a\"}"),
            200,
            Map.of("x-amzn-bedrock-input-token-count", "4"));
    // When
    var outcome = new Answers().read(reader, body.getBytes(UTF_8));
    // Then
    assertThat(outcome.usage()).isEqualTo(new Usage(4L, 0L, 0L, 0L, 0L, 0L, false));
  }

  @Test
  void shouldRefuseWhenTheInputIsTokens() {
    // When
    var translation = translate(embeddings("cohere.embed-english-v3", "{\"input\":[1,2]}"));
    // Then
    assertThat(translation).isInstanceOf(Translation.Refused.class);
  }

  private static Translation translate(AttemptRequested attempt) {
    return adapter(UnsupportedParameters.DROP).translate(attempt, NOW);
  }

  private static AttemptRequested attempt(String body) {
    return attempt(body, CLAUDE);
  }

  private static AttemptRequested attempt(String body, String model) {
    return anAttempt().setModel(model).setBody(utf8(body)).build();
  }

  private static AttemptRequested embeddings(String model, String body) {
    return anAttempt().setModel(model).setEndpoint("/v1/embeddings").setBody(utf8(body)).build();
  }

  private static JsonNode without(JsonNode body, String field) {
    ((ObjectNode) body).remove(field);
    return body;
  }
}
