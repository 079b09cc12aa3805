package io.millrace.workers.openai;

import static io.millrace.workers.Translated.bodyOf;
import static io.millrace.workers.Translated.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.ResponsesForm;
import io.millrace.workers.Outcome;
import io.millrace.workers.Translated;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Providers that make Responses themselves: what they are sent, and what becomes of theirs. */
class NativeResponsesTest {

  private static final String THEIRS =
      """
      {'id':'resp_theirs','object':'response','created_at':1,'completed_at':2,'status':'completed',
       'background':false,'error':null,'incomplete_details':null,'instructions':null,
       'model':'gpt-5-2026','output':[{'id':'msg_t','type':'message','status':'completed',
       'role':'assistant','content':[{'type':'output_text','text':'Hello','annotations':[],
       'logprobs':[]}]}],'previous_response_id':null,'store':false,'temperature':1.0,
       'service_tier':'default','text':{'format':{'type':'text'},'verbosity':'medium'},
       'billing':{'payer':'developer'},'usage':{'input_tokens':20,'input_tokens_details':
       {'cached_tokens':8},'output_tokens':9,'output_tokens_details':{'reasoning_tokens':4},
       'total_tokens':29},'metadata':{}}""";

  private final List<JsonNode> events = new ArrayList<>();

  private static Translated responses(String more) {
    return Translated.of("openai", "/v1/responses", "{'model':'fast','input':'Hi'" + more + "}");
  }

  private static String event(String type, String more) {
    return "event: %s\ndata: {'type':'%s','sequence_number':4%s}\n\n".formatted(type, type, more);
  }

  @Test
  void shouldKeepBackWhatTheProviderMustNotKeep() {
    // When
    var sent =
        responses(
                ",'store':true,'background':true,'stream':true,'previous_response_id':'resp_1',"
                    + "'stream_options':{'include_obfuscation':false},'top_p':0.50,"
                    + "'tools':[{'type':'web_search'}]")
            .sent();
    // Then
    assertThat(sent)
        .isEqualTo(
            json(
                "{'model':'gpt-4o-mini','input':'Hi','store':false,'top_p':0.50,"
                    + "'tools':[{'type':'web_search'}],'stream':true}"));
  }

  @Test
  void shouldSendItemsUnderNoIdThatTheProviderWouldLookFor() {
    // Given
    var input =
        """
        [{'role':'user','content':'Hi'},
         {'id':'rs_1','type':'reasoning','summary':[]},
         {'id':'rs_2','type':'reasoning','summary':[],'encrypted_content':'gAAAA'},
         {'id':'rs_3','type':'reasoning','summary':[],'encrypted_content':'millrace1.e30'},
         {'id':'msg_1','type':'message','role':'assistant','content':[]},
         {'id':'fc_1','type':'function_call','call_id':'c1','name':'f','arguments':'{}'},
         {'id':'ws_1','type':'web_search_call','status':'completed'},
         {'id':'x','type':'function_call_output','call_id':'c1','output':'1'}]""";
    // When
    var sent =
        Translated.of("openai", "/v1/responses", "{'model':'fast','input':" + input + "}").sent();
    // Then
    assertThat(sent.path("input"))
        .isEqualTo(
            json(
                """
                [{'role':'user','content':'Hi'},
                 {'id':'rs_2','type':'reasoning','summary':[],'encrypted_content':'gAAAA'},
                 {'type':'message','role':'assistant','content':[]},
                 {'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},
                 {'id':'ws_1','type':'web_search_call','status':'completed'},
                 {'type':'function_call_output','call_id':'c1','output':'1'}]"""));
  }

  @Test
  void shouldAnswerUnderOurIdWithWhatTheClientSaid() {
    // When
    var outcome =
        responses(",'metadata':{'a':'b'},'previous_response_id':'resp_9'").answered(200, THEIRS);
    // Then
    var body = bodyOf(outcome);
    assertThat(body.path("id").asText()).isEqualTo("resp_0123");
    assertThat(body.path("store").asBoolean()).isTrue();
    assertThat(body.path("previous_response_id").asText()).isEqualTo("resp_9");
    assertThat(body.path("metadata")).isEqualTo(json("{'a':'b'}"));
    assertThat(body.path("model").asText()).isEqualTo("gpt-5-2026");
    assertThat(body.path("temperature").asDouble()).isEqualTo(1.0);
    assertThat(body.at("/text/verbosity").asText()).isEqualTo("medium");
    assertThat(body.at("/billing/payer").asText()).isEqualTo("developer");
    assertThat(body.path("output")).isEqualTo(json(THEIRS).path("output"));
    assertThat(body.at("/usage/input_tokens_details/cache_write_tokens").asInt(-1)).isZero();
    var used = ((Outcome.Answer) outcome).usage();
    assertThat(used.getInputTokens()).isEqualTo(20);
    assertThat(used.getCachedInputTokens()).isEqualTo(8);
    assertThat(used.getReasoningTokens()).isEqualTo(4);
  }

  @Test
  void shouldPassOnEventsOfItemsOnly() {
    // When
    var outcome =
        responses(",'stream':true")
            .streamed(
                event("response.created", ",'response':{'id':'resp_theirs'}")
                    + event("response.in_progress", ",'response':{'id':'resp_theirs'}")
                    + "event: keepalive\ndata: {'type':'keepalive','sequence_number':9}\n\n"
                    + event(
                        "response.output_item.added",
                        ",'output_index':0,'item':{'id':'msg_t','type':'message'}")
                    + event(
                        "response.output_text.delta",
                        ",'item_id':'msg_t','output_index':0,'content_index':0,'delta':'Hello',"
                            + "'logprobs':[],'obfuscation':'x9'")
                    + event("response.completed", ",'response':" + THEIRS.replace("\n", " ")),
                events);
    // Then
    assertThat(events)
        .containsExactly(
            json(
                "{'type':'response.output_item.added','output_index':0,"
                    + "'item':{'id':'msg_t','type':'message'}}"),
            json(
                "{'type':'response.output_text.delta','item_id':'msg_t','output_index':0,"
                    + "'content_index':0,'delta':'Hello','logprobs':[]}"));
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(bodyOf(outcome).path("id").asText()).isEqualTo("resp_0123");
  }

  @Test
  void shouldTakeItemsFromEventsWhenTheLastOneHasNone() {
    // When
    var outcome =
        responses(",'stream':true")
            .streamed(
                event(
                        "response.output_item.done",
                        ",'output_index':0,'item':{'id':'msg_t','type':'message'}")
                    + event("response.completed", ",'response':{'status':'completed'}")
                    + "data: [DONE]\n\n",
                events);
    // Then
    assertThat(bodyOf(outcome).path("output")).isEqualTo(json("[{'id':'msg_t','type':'message'}]"));
    assertThat(((Outcome.Answer) outcome).usage().getEstimated()).isTrue();
  }

  @Test
  void shouldSayWhyItIsIncomplete() {
    // When
    var outcome =
        responses("")
            .answered(
                200,
                THEIRS
                    .replace("'status':'completed',\n", "'status':'incomplete',\n")
                    .replace(
                        "'incomplete_details':null",
                        "'incomplete_details':{'reason':'content_filter'}"));
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(bodyOf(outcome).path("incomplete_details"))
        .isEqualTo(json("{'reason':'content_filter'}"));
    assertThat(bodyOf(outcome).path("completed_at").isNull()).isTrue();
  }

  @Test
  void shouldFailWhenTheResponseFailed() {
    // Given
    var limited = "{'code':'rate_limit_exceeded','message':'Slow down.'}";
    var invalid = "{'code':'invalid_image_url','message':'No such image.'}";
    // When
    var early =
        responses(",'stream':true")
            .streamed(
                event("response.failed", ",'response':{'status':'failed','error':" + limited + "}"),
                events);
    var whole = responses("").answered(200, "{'status':'failed','error':" + invalid + "}");
    var late =
        responses(",'stream':true")
            .streamed(
                event("response.output_item.added", ",'output_index':0,'item':{}")
                    + event("error", ",'code':'server_error','message':'Broke.'"),
                events);
    // Then
    assertThat(early.verdict()).isEqualTo(Verdict.RATE_LIMITED);
    assertThat(whole.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(((Outcome.Failure) whole).error().code()).isEqualTo("invalid_image_url");
    assertThat(late.verdict()).isEqualTo(Verdict.CUT_STREAM);
    assertThat(late.usage()).isNotNull();
  }

  @Test
  void shouldShowItemsOfAHostThatDoesNotStream() {
    // Given
    var reader = responses(",'stream':true");
    // When
    var outcome = reader.answered(200, THEIRS);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
  }

  @Test
  void shouldAskAsConfigured() {
    // Given
    var compatible = ProviderConfig.of("host", "openai-compatible", "http://host/v1");
    var anthropic = ProviderConfig.of("host", "anthropic", "http://host");
    // Then
    assertThat(Translated.adapter(compatible).speaksResponses()).isFalse();
    assertThat(Translated.adapter(compatible.withResponses(ResponsesForm.NATIVE)).speaksResponses())
        .isTrue();
    assertThatThrownBy(() -> Translated.adapter(anthropic.withResponses(ResponsesForm.NATIVE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("providers[host].responses");
  }

  @Test
  void shouldFlagWhereAHostLeavesItToTheReader() {
    // When
    var outcome =
        Translated.of("mistral", "/v1/moderations", "{'model':'m','input':'x'}")
            .answered(
                200,
                "{'id':'1','model':'mistral-moderation','results':[{'categories':{'pii':true}},"
                    + "{'categories':{'pii':false}}]}");
    // Then
    assertThat(bodyOf(outcome).path("results").findValuesAsText("flagged"))
        .containsExactly("true", "false");
    assertThat(((Outcome.Answer) outcome).usage().getInputTokens()).isZero();
  }
}
