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
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.Credential;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.Translation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnthropicRequestTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String NEW = "claude-opus-5-5";
  private static final String OLD = "claude-3-5-haiku-20241022";

  private final ProviderConfig config =
      ProviderConfig.of("anthropic", "anthropic", "").withKeys(List.of("sk-ant-1", "sk-ant-2"));
  private final ProviderAdapter adapter =
      new AnthropicKinds().all().getFirst().adapter().apply(config);

  @Test
  void shouldAddressTheMessagesApiWhenTranslating() {
    // When
    var translation = adapter.translate(anAttempt().setModel(NEW).build(), NOW);
    // Then
    var call = ((Translation.Calls) translation).calls().getFirst().http();
    assertThat(adapter.baseUrl()).hasToString("https://api.anthropic.com");
    assertThat(call.method()).isEqualTo("POST");
    assertThat(call.path()).isEqualTo("/v1/messages");
    assertThat(call.headers())
        .containsOnly(
            Map.entry("content-type", "application/json"),
            Map.entry("accept", "application/json"),
            Map.entry("anthropic-version", "2023-06-01"),
            Map.entry("x-client-request-id", "req_0123"));
    var signer = ((Credential.Fixed) adapter.credentials().get(1)).signer();
    assertThat(signer.sign(call, Instant.EPOCH).headers()).containsEntry("x-api-key", "sk-ant-2");
  }

  @Test
  void shouldSetInstructionsApartAndMergeNeighboursWhenWritingMessages() {
    assertThat(
            sent(
                NEW,
                """
                {"model":"fast","messages":[
                 {"role":"system","content":"Be brief."},
                 {"role":"developer","content":[{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":" "}]},
                 {"role":"user","content":"one","name":"ann"},
                 {"role":"user","content":[{"type":"text","text":"two","prompt_cache_breakpoint":{"mode":"explicit"}}]},
                 {"role":"assistant","content":null,"refusal":null},
                 {"role":"assistant","content":[{"type":"refusal","refusal":"No."}]},
                 {"role":"assistant","content":"Or  "}]}"""))
        .isEqualTo(
            json(
                """
                {"model":"claude-opus-5-5","max_tokens":4096,
                 "system":[{"type":"text","text":"Be brief."},
                  {"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral","ttl":"1h"}}],
                 "messages":[
                  {"role":"user","content":[{"type":"text","text":"one"},
                   {"type":"text","text":"two","cache_control":{"type":"ephemeral"}}]},
                  {"role":"assistant","content":[{"type":"text","text":"No."},{"type":"text","text":"Or"}]}]}"""));
  }

  @Test
  void shouldLetTheUserBeginWhenTheAssistantDoesOrNobodySpeaks() {
    assertThat(
            sent(
                    NEW,
                    "{'messages':[{'role':'assistant','content':'Hi'},{'role':'user','content':'Hi'}]}")
                .path("messages"))
        .isEqualTo(
            json(
                "[{'role':'user','content':[{'type':'text','text':'(The conversation begins.)'}]},"
                    + "{'role':'assistant','content':[{'type':'text','text':'Hi'}]},"
                    + "{'role':'user','content':[{'type':'text','text':'Hi'}]}]"));
    assertThat(sent(NEW, "{'messages':[{'role':'system','content':'Go'}]}"))
        .isEqualTo(
            json(
                "{'model':'claude-opus-5-5','max_tokens':4096,"
                    + "'messages':[{'role':'user','content':[{'type':'text','text':'Go'}]}]}"));
  }

  @Test
  void shouldWriteImagesAndDocumentsNativelyWhenGiven() {
    assertThat(
            sent(
                    NEW,
                    """
                    {"messages":[{"role":"user","content":[
                     {"type":"image_url","image_url":{"url":"data:image/JPG;base64,AAAA","detail":"low"},"cache_control":{"type":"ephemeral"}},
                     {"type":"image_url","image_url":{"url":"https://example.com/a.png"}},
                     {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,BBBB"}},
                     {"type":"file","file":{"filename":"b.txt","file_data":"data:text/plain;base64,aGk="}},
                     {"type":"file","file":{"filename":"c.pdf","file_data":"https://example.com/c.pdf"}}]}]}""")
                .path("messages")
                .path(0)
                .path("content"))
        .isEqualTo(
            json(
                """
                [{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AAAA"},"cache_control":{"type":"ephemeral"}},
                 {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},
                 {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"BBBB"},"title":"a.pdf"},
                 {"type":"document","source":{"type":"text","media_type":"text/plain","data":"hi"},"title":"b.txt"},
                 {"type":"document","source":{"type":"url","url":"https://example.com/c.pdf"},"title":"c.pdf"}]"""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'input_audio','input_audio':{'data':'AA','format':'wav'}}|audio input",
        "{'type':'file','file':{'file_id':'file-1'}}|uploaded files",
        "{'type':'file','file':{'file_data':'data:application/zip;base64,AA'}}|files of type application/zip"
      })
  void shouldRefuseWhenContentCannotBeTaken(String part, String what) {
    // When
    var failure = refused("{'messages':[{'role':'user','content':[%s]}]}".formatted(part));
    // Then
    assertThat(failure.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(failure.error().code()).isEqualTo("unsupported_parameter");
    assertThat(failure.error().param()).isEqualTo("messages");
    assertThat(failure.error().message()).contains(what);
  }

  @Test
  void shouldGatherToolResultsBeforeWordsWhenSeveralToolsAnswered() {
    assertThat(
            sent(
                NEW,
                """
                {"messages":[{"role":"user","content":"Weather?"},
                 {"role":"assistant","content":"Let me see.","tool_calls":[
                  {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Bern\\"}"}},
                  {"id":"gemini.2","type":"function","function":{"name":"time","arguments":""}}],
                  "extra_content":{"anthropic":{"thinking_blocks":[
                   {"index":0,"block":{"type":"thinking","thinking":"hm","signature":"s1"}},
                   {"index":2,"block":{"type":"redacted_thinking","data":"r"}},
                   {"index":3,"block":{"type":"text","text":"smuggled"}}]}}},
                 {"role":"tool","tool_call_id":"call_1","content":"rain","cache_control":{"type":"ephemeral"}},
                 {"role":"tool","tool_call_id":"gemini.2","content":[{"type":"text","text":"noon"},{"type":"text","text":"CET"}]},
                 {"role":"user","content":"And?"}],
                 "tools":[{"type":"function","function":{"name":"weather","description":"The weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
                  {"type":"function","function":{"name":"time"},"cache_control":{"type":"ephemeral"}}],
                 "tool_choice":"auto","parallel_tool_calls":true}"""))
        .isEqualTo(
            json(
                """
                {"model":"claude-opus-5-5","max_tokens":4096,"messages":[
                 {"role":"user","content":[{"type":"text","text":"Weather?"}]},
                 {"role":"assistant","content":[
                  {"type":"thinking","thinking":"hm","signature":"s1"},
                  {"type":"text","text":"Let me see."},
                  {"type":"redacted_thinking","data":"r"},
                  {"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Bern"}},
                  {"type":"tool_use","id":"gemini_2","name":"time","input":{}}]},
                 {"role":"user","content":[
                  {"type":"tool_result","tool_use_id":"call_1","content":"rain","cache_control":{"type":"ephemeral"}},
                  {"type":"tool_result","tool_use_id":"gemini_2","content":[{"type":"text","text":"noon"},{"type":"text","text":"CET"}]},
                  {"type":"text","text":"And?"}]}],
                 "tools":[{"name":"weather","description":"The weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}},
                  {"name":"time","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}]}"""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'tool_choice':'none'|{'type':'none'}",
        "'tool_choice':'required'|{'type':'any'}",
        "'tool_choice':'required','parallel_tool_calls':false|{'type':'any','disable_parallel_tool_use':true}",
        "'parallel_tool_calls':false|{'type':'auto','disable_parallel_tool_use':true}",
        "'tool_choice':{'type':'function','function':{'name':'time'}}|{'type':'tool','name':'time'}"
      })
  void shouldSayWhatToDoWithToolsWhenAsked(String asked, String choice) {
    // When
    var sent =
        sent(
            NEW,
            "{'messages':[],'tools':[{'type':'function','function':{'name':'time'}}],%s}"
                .formatted(asked));
    // Then
    assertThat(sent.path("tool_choice")).isEqualTo(json(choice));
  }

  @Test
  void shouldOfferOnlyWhatIsAllowedAndRefuseWhatIsNoFunction() {
    // Given
    var tools =
        "'tools':[{'type':'function','function':{'name':'a'}},{'type':'function','function':{'name':'b'}}]";
    var allowed =
        "'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'required','tools':["
            + "{'type':'function','function':{'name':'b'}}]}}";
    // When
    var sent = sent(NEW, "{'messages':[]," + tools + "," + allowed + "}");
    var failure = refused("{'messages':[],'tools':[{'type':'custom','custom':{'name':'c'}}]}");
    // Then
    assertThat(sent.path("tools").findValuesAsText("name")).containsExactly("b");
    assertThat(sent.path("tool_choice")).isEqualTo(json("{'type':'any'}"));
    assertThat(failure.error().param()).isEqualTo("tools");
  }

  @Test
  void shouldDeclareFormerToolsWhenOnlyTheHistoryHasThem() {
    // When
    var sent =
        sent(
            NEW,
            "{'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':["
                + "{'id':'c','type':'function','function':{'name':'time','arguments':'{}'}}]},"
                + "{'role':'tool','tool_call_id':'c','content':''}]}");
    // Then
    assertThat(sent.path("tools"))
        .isEqualTo(json("[{'name':'time','input_schema':{'type':'object'}}]"));
    assertThat(sent.path("tool_choice")).isEqualTo(json("{'type':'none'}"));
    assertThat(sent.path("messages").path(2).path("content"))
        .isEqualTo(json("[{'type':'tool_result','tool_use_id':'c'}]"));
  }

  @Test
  void shouldCloseTheSchemaAndTellItsBoundsWhenOneIsAskedFor() {
    // When
    var sent =
        sent(
            NEW,
            """
            {"messages":[],"reasoning_effort":"low","response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":
             {"type":"object","required":["a"],"properties":{
               "a":{"type":"integer","minimum":2,"description":"An a."},
               "b":{"type":"array","minItems":3,"items":{"oneOf":[{"$ref":"#/$defs/c"},{"type":"string","format":"date"}]}}},
              "$defs":{"c":{"type":["object","null"],"properties":{}}}}}},
             "tools":[{"type":"function","function":{"name":"t","strict":true,"parameters":{"type":"object","properties":{}}}}]}""");
    // Then
    assertThat(sent.path("output_config"))
        .isEqualTo(
            json(
                """
                {"format":{"type":"json_schema","schema":{"type":"object","required":["a"],"properties":{
                   "a":{"type":"integer","description":"An a.\\n\\n{\\"minimum\\":2}"},
                   "b":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/c"},{"type":"string","format":"date"}]},"description":"{\\"minItems\\":3}"}},
                  "$defs":{"c":{"type":["object","null"],"properties":{},"additionalProperties":false}},
                  "additionalProperties":false}},
                 "effort":"low"}"""));
    assertThat(sent.path("tools"))
        .isEqualTo(
            json(
                "[{'name':'t','strict':true,'input_schema':"
                    + "{'type':'object','properties':{},'additionalProperties':false}}]"));
  }

  @Test
  void shouldAskInWordsWhenAnyJsonObjectWillDo() {
    // When
    var sent = sent(NEW, "{'messages':[],'response_format':{'type':'json_object'}}");
    // Then
    assertThat(sent.path("system").path(0).path("text").asText()).contains("single JSON object");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "claude-3-5-haiku-20241022|{'temperature':1.7,'top_p':0.5,'top_k':7}|{'temperature':1,'top_p':0.5,'top_k':7}|",
        "claude-sonnet-4-5|{'temperature':0.3,'top_p':0.5}|{'temperature':0.3}|top_p",
        "claude-opus-4-6|{'top_p':0.5}|{'top_p':0.5}|",
        "claude-opus-4-7|{'temperature':0.3,'top_p':0.5,'top_k':7}|{}|temperature,top_p,top_k",
        "claude-sonnet-5|{'temperature':1,'top_p':1.0}|{}|",
        "our-own-name|{'temperature':0}|{}|temperature",
        "claude-sonnet-4-5|{'max_tokens':9}|{'max_tokens':9}|",
        "claude-sonnet-4-5|{'max_tokens':9,'max_completion_tokens':8}|{'max_tokens':8}|",
        "claude-sonnet-4-5|{'stop':['a','\\n']}|{'stop_sequences':['a']}|stop",
        "claude-sonnet-4-5|{'stop':'END'}|{'stop_sequences':['END']}|",
        "claude-sonnet-4-5|{'user':'u','metadata':{'job':'1'}}|{'metadata':{'user_id':'u'}}|metadata",
        "claude-sonnet-4-5|{'safety_identifier':'s','metadata':{'user_id':'m'}}|{'metadata':{'user_id':'m'}}|",
        "claude-sonnet-4-5|{'service_tier':'default'}|{'service_tier':'standard_only'}|",
        "claude-sonnet-4-5|{'service_tier':'priority'}|{'service_tier':'auto'}|",
        "claude-sonnet-4-5|{'cache_control':{'type':'ephemeral'}}|{'cache_control':{'type':'ephemeral'}}|",
        "claude-sonnet-4-5|{'seed':1,'logit_bias':{'1':1},'presence_penalty':0,'store':false}|{}|seed,logit_bias",
        // Thinking
        "claude-opus-5|{'reasoning_effort':'xhigh'}|{'max_tokens':24576,'thinking':{'type':'adaptive'},'output_config':{'effort':'xhigh'}}|",
        "claude-opus-4-6|{'reasoning_effort':'xhigh','max_tokens':9}|{'max_tokens':9,'thinking':{'type':'adaptive'},'output_config':{'effort':'high'}}|",
        "claude-opus-5|{'reasoning_effort':'minimal'}|{'max_tokens':5120,'thinking':{'type':'adaptive'},'output_config':{'effort':'low'}}|",
        "claude-opus-5|{'reasoning_effort':'none'}|{'thinking':{'type':'disabled'}}|",
        "claude-opus-4-5|{'reasoning_effort':'max'}|{'max_tokens':28672,'thinking':{'type':'enabled','budget_tokens':24576},'output_config':{'effort':'high'}}|",
        "claude-sonnet-4-5|{'reasoning_effort':'low','temperature':0.2}|{'max_tokens':6144,'thinking':{'type':'enabled','budget_tokens':2048}}|temperature",
        "claude-sonnet-4-5|{'reasoning_effort':'high','max_tokens':4000}|{'max_tokens':4000,'thinking':{'type':'enabled','budget_tokens':2000}}|",
        "claude-sonnet-4-5|{'reasoning_effort':'high','max_tokens':1000}|{'max_tokens':1000}|reasoning_effort",
        "claude-sonnet-4-5|{'reasoning_effort':'none'}|{}|",
        "claude-3-5-haiku-latest|{'reasoning_effort':'high'}|{}|reasoning_effort",
        "claude-sonnet-4-5|{'thinking':{'type':'enabled','budget_tokens':1500},'temperature':1}|{'max_tokens':5596,'thinking':{'type':'enabled','budget_tokens':1500}}|"
      })
  void shouldTakeWhatTheModelTakesWhenParametersAreGiven(
      String model, String asked, String expected, String dropped) {
    // Given
    var body = json(asked).deepCopy();
    ((ObjectNode) body).set("messages", json("[{'role':'user','content':'a'}]"));
    // When
    var calls = translated(model, body.toString());
    // Then
    var sent = MAPPER.createObjectNode();
    sent.put("max_tokens", 4096);
    json(expected).properties().forEach(e -> sent.set(e.getKey(), e.getValue()));
    sent.put("model", model);
    sent.set("messages", json("[{'role':'user','content':[{'type':'text','text':'a'}]}]"));
    assertThat(json(text(calls.calls().getFirst().http().body()))).isEqualTo(sent);
    assertThat(String.join(",", calls.droppedParameters()))
        .isEqualTo(dropped == null ? "" : dropped);
  }

  @Test
  void shouldNotThinkWhenAToolIsForcedOrThoughtsAreLost() {
    // Given
    var tools = "'tools':[{'type':'function','function':{'name':'t'}}],'reasoning_effort':'low'";
    var loop =
        "{'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':["
            + "{'id':'c','type':'function','function':{'name':'t','arguments':'{}'}}]},"
            + "{'role':'tool','tool_call_id':'c','content':'x'}],"
            + tools
            + "}";
    // When
    var forced = "{'messages':[],'tool_choice':'required'," + tools + "}";
    // Then
    assertThat(sent(NEW, forced).has("thinking")).isFalse();
    assertThat(sent(NEW, forced).path("output_config").path("effort").asText()).isEqualTo("low");
    assertThat(sent("claude-sonnet-4-5", forced).has("thinking")).isFalse();
    assertThat(sent("claude-sonnet-4-5", loop).has("thinking")).isFalse();
    assertThat(sent(NEW, loop).path("thinking").path("type").asText()).isEqualTo("adaptive");
  }

  @Test
  void shouldCallOnceForEachChoiceWhenSeveralAreAskedFor() {
    // When
    var calls = translated(OLD, "{'messages':[{'role':'user','content':'a'}],'n':3,'stream':true}");
    // Then
    assertThat(calls.calls()).hasSize(3).allMatch(call -> call.equals(calls.calls().getFirst()));
    assertThat(calls.droppedParameters()).isEmpty();
  }

  @Test
  void shouldAskForAStreamWhenTheAttemptStreams() {
    // When
    var attempt = anAttempt().setModel(NEW).setStream(true).build();
    var call = ((Translation.Calls) adapter.translate(attempt, NOW)).calls().getFirst().http();
    // Then
    assertThat(json(text(call.body())).path("stream").asBoolean()).isTrue();
    assertThat(call.headers()).containsEntry("accept", "text/event-stream");
  }

  @Test
  void shouldRefuseWhenTheConfigurationRejectsWhatIsUnsupported() {
    // Given
    var strict =
        new AnthropicKinds()
            .all()
            .getFirst()
            .adapter()
            .apply(config.withUnsupportedParameters(UnsupportedParameters.REJECT));
    var body = utf8("{\"messages\":[],\"temperature\":0.2}");
    // When
    var translation = strict.translate(anAttempt().setModel(NEW).setBody(body).build(), NOW);
    // Then
    assertThat(translation)
        .isInstanceOfSatisfying(
            Translation.Refused.class,
            refused -> assertThat(refused.failure().error().param()).isEqualTo("temperature"));
  }

  @ParameterizedTest
  @CsvSource({"/v1/embeddings, {}", "/v1/chat/completions, []", "/v1/chat/completions, {"})
  void shouldRefuseWhenItCannotBeTranslated(String endpoint, String body) {
    assertThat(
            adapter.translate(anAttempt().setEndpoint(endpoint).setBody(utf8(body)).build(), NOW))
        .isInstanceOfSatisfying(
            Translation.Refused.class,
            refused -> assertThat(refused.failure().verdict()).isEqualTo(Verdict.INVALID));
  }

  private Outcome.Failure refused(String body) {
    var attempt = anAttempt().setModel(NEW).setBody(utf8(body.replace('\'', '"'))).build();
    return ((Translation.Refused) adapter.translate(attempt, NOW)).failure();
  }

  private Translation.Calls translated(String model, String body) {
    var attempt = anAttempt().setModel(model).setBody(utf8(body.replace('\'', '"'))).build();
    return (Translation.Calls) adapter.translate(attempt, NOW);
  }

  private JsonNode sent(String model, String body) {
    return json(text(translated(model, body).calls().getFirst().http().body()));
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
