package io.millrace.workers.responses;

import static io.millrace.workers.Translated.bodyOf;
import static io.millrace.workers.Translated.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Outcome;
import io.millrace.workers.Translated;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A provider that only chats, asked for Responses. */
class ResponsesByChatTest {

  private static final String USAGE =
      "'usage':{'prompt_tokens':20,'completion_tokens':9,'total_tokens':29,"
          + "'prompt_tokens_details':{'cached_tokens':8,'cache_write_tokens':3},"
          + "'completion_tokens_details':{'reasoning_tokens':4}}";

  private final List<JsonNode> events = new ArrayList<>();

  private static Translated responses(String more) {
    return Translated.of(
        "openai-compatible", "/v1/responses", "{'model':'fast','input':'Hi'" + more + "}");
  }

  private static String answer(String message, String finish) {
    return "{'id':'chatcmpl-1','object':'chat.completion','created':1,'model':'m-1','choices':"
        + "[{'index':0,'message':{'role':'assistant',%s},'finish_reason':'%s'}],%s}"
            .formatted(message, finish, USAGE);
  }

  private static String chunk(String delta, String finish) {
    return "data: {'id':'chatcmpl-1','model':'m-1','choices':[{'index':0,'delta':{%s},%s}]}\n\n"
        .formatted(
            delta, finish.isEmpty() ? "'finish_reason':null" : "'finish_reason':'" + finish + "'");
  }

  private static String end(String finish) {
    return chunk("", finish) + "data: {'choices':[]," + USAGE + "}\n\ndata: [DONE]\n\n";
  }

  private List<String> told() {
    return events.stream()
        .map(
            event ->
                event.path("type").asText().substring("response.".length())
                    + " "
                    + event.path("output_index")
                    + (event.has("delta") ? " " + event.path("delta").asText() : ""))
        .toList();
  }

  @Test
  void shouldTellEveryFieldOfAResponse() {
    // When
    var outcome =
        responses(
                ",'metadata':{'a':'b'},'instructions':'Be brief.','store':false,"
                    + "'previous_response_id':'resp_9','tools':[{'type':'function','name':'f'}],"
                    + "'reasoning':{'effort':'low'},'text':{'verbosity':'low'}")
            .answered(200, answer("'content':'Hello'", "stop"));
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.COMPLETED);
    var body = bodyOf(outcome);
    assertThat(body)
        .isEqualTo(
            json(
                """
                {'id':'resp_0123','object':'response','created_at':1795255200,
                 'completed_at':1795255200,'status':'completed','background':false,'error':null,
                 'incomplete_details':null,'instructions':'Be brief.','max_output_tokens':null,
                 'max_tool_calls':null,'model':'m-1','output':[{'id':'msg_01230000',
                 'type':'message','status':'completed','role':'assistant','content':[
                 {'type':'output_text','text':'Hello','annotations':[],'logprobs':[]}]}],
                 'parallel_tool_calls':true,'previous_response_id':'resp_9','conversation':null,
                 'prompt_cache_key':null,'reasoning':{'effort':'low','summary':null},
                 'safety_identifier':null,'service_tier':null,'store':false,'temperature':null,
                 'text':{'format':{'type':'text'},'verbosity':'low'},'tool_choice':'auto',
                 'tools':[{'type':'function','name':'f'}],'top_logprobs':null,'top_p':null,
                 'truncation':'disabled','usage':{'input_tokens':20,'input_tokens_details':
                 {'cached_tokens':8,'cache_write_tokens':3},'output_tokens':9,
                 'output_tokens_details':{'reasoning_tokens':4},'total_tokens':29},'user':null,
                 'metadata':{'a':'b'}}"""));
  }

  @Test
  void shouldMakeItemsOfAWholeAnswer() {
    // When
    var output =
        bodyOf(
                responses("")
                    .answered(
                        200,
                        answer(
                            "'reasoning_content':'Hm.','content':'Let me see.','refusal':null,"
                                + "'annotations':[{'type':'url_citation','url_citation':"
                                + "{'url':'u','title':'t','start_index':0,'end_index':3}}],"
                                + "'tool_calls':["
                                + "{'id':'call_1','type':'function','function':"
                                + "{'name':'f','arguments':'{}'}},"
                                + "{'id':'call_2','type':'custom','custom':"
                                + "{'name':'sh','input':'ls'}}]",
                            "tool_calls")))
            .path("output");
    // Then
    assertThat(output)
        .isEqualTo(
            json(
                """
                [{'id':'rs_01230000','type':'reasoning','status':'completed',
                  'summary':[{'type':'summary_text','text':'Hm.'}]},
                 {'id':'msg_01230001','type':'message','status':'completed','role':'assistant',
                  'content':[{'type':'output_text','text':'Let me see.','annotations':[
                  {'type':'url_citation','url':'u','title':'t','start_index':0,'end_index':3}],
                  'logprobs':[]}]},
                 {'id':'fc_01230002','type':'function_call','status':'completed',
                  'call_id':'call_1','name':'f','arguments':'{}'},
                 {'id':'ctc_01230003','type':'custom_tool_call','status':'completed',
                  'call_id':'call_2','name':'sh','input':'ls'}]"""));
  }

  @Test
  void shouldSayWhyAnAnswerIsIncomplete() {
    // When
    var limited = responses("").answered(200, answer("'content':'Hel'", "length"));
    var filtered = responses("").answered(200, answer("'content':'Hel'", "content_filter"));
    // Then
    assertThat(limited.verdict()).isEqualTo(Verdict.INCOMPLETE);
    var body = bodyOf(limited);
    assertThat(body.path("status").asText()).isEqualTo("incomplete");
    assertThat(body.path("incomplete_details")).isEqualTo(json("{'reason':'max_output_tokens'}"));
    assertThat(body.path("completed_at").isNull()).isTrue();
    assertThat(body.at("/output/0/status").asText()).isEqualTo("incomplete");
    assertThat(bodyOf(filtered).at("/incomplete_details/reason").asText())
        .isEqualTo("content_filter");
  }

  @Test
  void shouldTellTextEventByEvent() {
    // When
    var outcome =
        responses(",'stream':true")
            .streamed(
                chunk("'role':'assistant','content':''", "")
                    + chunk("'content':'Hel'", "")
                    + chunk("'content':'lo'", "")
                    + end("stop"),
                events);
    // Then
    assertThat(events)
        .containsExactly(
            json(
                "{'type':'response.output_item.added','output_index':0,'item':{'id':'msg_01230000',"
                    + "'type':'message','status':'in_progress','role':'assistant','content':[]}}"),
            json(
                "{'type':'response.content_part.added','item_id':'msg_01230000','output_index':0,"
                    + "'content_index':0,'part':{'type':'output_text','text':'','annotations':[],"
                    + "'logprobs':[]}}"),
            json(
                "{'type':'response.output_text.delta','item_id':'msg_01230000','output_index':0,"
                    + "'content_index':0,'delta':'Hel','logprobs':[]}"),
            json(
                "{'type':'response.output_text.delta','item_id':'msg_01230000','output_index':0,"
                    + "'content_index':0,'delta':'lo','logprobs':[]}"),
            json(
                "{'type':'response.output_text.done','item_id':'msg_01230000','output_index':0,"
                    + "'content_index':0,'text':'Hello','logprobs':[]}"),
            json(
                "{'type':'response.content_part.done','item_id':'msg_01230000','output_index':0,"
                    + "'content_index':0,'part':{'type':'output_text','text':'Hello',"
                    + "'annotations':[],'logprobs':[]}}"),
            json(
                "{'type':'response.output_item.done','output_index':0,'item':{'id':'msg_01230000',"
                    + "'type':'message','status':'completed','role':'assistant','content':["
                    + "{'type':'output_text','text':'Hello','annotations':[],'logprobs':[]}]}}"));
    assertThat(bodyOf(outcome).path("output").path(0)).isEqualTo(events.getLast().path("item"));
  }

  @Test
  void shouldTellParallelCallsAndThoughtsInOrder() {
    // When
    var outcome =
        responses(",'stream':true")
            .streamed(
                chunk("'role':'assistant','reasoning_content':'Hm'", "")
                    + chunk("'reasoning_content':'.'", "")
                    + chunk("'content':'See'", "")
                    + chunk(
                        "'tool_calls':[{'index':0,'id':'c1','type':'function','function':"
                            + "{'name':'f','arguments':''}}]",
                        "")
                    + chunk("'tool_calls':[{'index':0,'function':{'arguments':'{}'}}]", "")
                    + chunk(
                        "'tool_calls':[{'index':1,'id':'c2','type':'function','function':"
                            + "{'name':'g','arguments':'{}'}}]",
                        "")
                    + end("tool_calls"),
                events);
    // Then
    assertThat(told())
        .containsExactly(
            "output_item.added 0",
            "reasoning_summary_part.added 0",
            "reasoning_summary_text.delta 0 Hm",
            "reasoning_summary_text.delta 0 .",
            "reasoning_summary_text.done 0",
            "reasoning_summary_part.done 0",
            "output_item.done 0",
            "output_item.added 1",
            "content_part.added 1",
            "output_text.delta 1 See",
            "output_text.done 1",
            "content_part.done 1",
            "output_item.done 1",
            "output_item.added 2",
            "function_call_arguments.delta 2 {}",
            "function_call_arguments.done 2",
            "output_item.done 2",
            "output_item.added 3",
            "function_call_arguments.delta 3 {}",
            "function_call_arguments.done 3",
            "output_item.done 3");
    assertThat(bodyOf(outcome).path("output").findValuesAsText("type"))
        .startsWith("reasoning")
        .containsSubsequence("message", "function_call", "function_call");
  }

  @Test
  void shouldKeepCallsApartThatAHostTellsAtOnce() {
    // When
    var outcome =
        responses(",'stream':true")
            .streamed(
                chunk(
                        "'tool_calls':[{'index':0,'id':'c','type':'function','function':"
                            + "{'name':'f','arguments':'{'}},{'index':1,'id':'c','type':'function',"
                            + "'function':{'name':'g','arguments':'{'}}]",
                        "")
                    + chunk(
                        "'tool_calls':[{'index':0,'function':{'arguments':'}'}},"
                            + "{'index':1,'function':{'arguments':'}'}}]",
                        "")
                    + end("tool_calls"),
                events);
    // Then
    var output = bodyOf(outcome).path("output");
    assertThat(output.findValuesAsText("arguments")).containsExactly("{}", "{}");
    assertThat(output.findValuesAsText("call_id")).containsExactly("c", "call_01231");
    assertThat(told())
        .endsWith(
            "function_call_arguments.done 0",
            "output_item.done 0",
            "function_call_arguments.done 1",
            "output_item.done 1");
  }

  @Test
  void shouldTellRefusalAsAPartOfItsOwn() {
    // When
    var outcome =
        responses(",'stream':true").streamed(chunk("'refusal':'No.'", "") + end("stop"), events);
    // Then
    assertThat(told())
        .containsExactly(
            "output_item.added 0",
            "content_part.added 0",
            "refusal.delta 0 No.",
            "refusal.done 0",
            "content_part.done 0",
            "output_item.done 0");
    assertThat(bodyOf(outcome).at("/output/0/content"))
        .isEqualTo(json("[{'type':'refusal','refusal':'No.'}]"));
  }

  @Test
  void shouldTellLogprobsWithTheirBytes() {
    // When
    var outcome =
        responses(",'stream':true,'include':['message.output_text.logprobs']")
            .streamed(
                "data: {'model':'m','choices':[{'index':0,'delta':{'content':'é'},'logprobs':"
                    + "{'content':[{'token':'é','logprob':-0.5,'bytes':null,'top_logprobs':[]}]},"
                    + "'finish_reason':null}]}\n\n"
                    + end("stop"),
                events);
    // Then
    var expected = json("[{'token':'é','logprob':-0.5,'bytes':[195,169],'top_logprobs':[]}]");
    assertThat(events.get(2).path("logprobs")).isEqualTo(expected);
    assertThat(bodyOf(outcome).at("/output/0/content/0/logprobs")).isEqualTo(expected);
  }

  @Test
  void shouldCarryWhatProviderWantsBack() {
    // When
    var whole =
        bodyOf(
            responses("")
                .answered(
                    200,
                    answer(
                        "'reasoning_content':'Hm.','content':'Hi',"
                            + "'extra_content':{'anthropic':{'signature':'s'}}",
                        "stop")));
    responses(",'stream':true")
        .streamed(
            chunk("'reasoning_content':'Hm.'", "")
                + chunk("'content':'Hi'", "")
                + chunk("'extra_content':{'anthropic':{'signature':'s'}}", "")
                + end("stop"),
            events);
    // Then
    var carried = CarriedThoughts.decoded(whole.at("/output/0/encrypted_content"));
    assertThat(carried.orElseThrow().message()).isEqualTo(json("{'anthropic':{'signature':'s'}}"));
    assertThat(events.getLast().at("/item/encrypted_content"))
        .isEqualTo(whole.at("/output/0/encrypted_content"));
    assertThat(events.getLast().at("/item/id").asText()).isEqualTo("rs_01230002");
  }

  @Test
  void shouldBlameWhatTheClientWrote() {
    // When
    var failure =
        (Outcome.Failure)
            responses("")
                .answered(
                    400,
                    "{'error':{'message':'Too large.','type':'invalid_request_error',"
                        + "'param':'messages[0].content','code':'invalid_value'}}");
    // Then
    assertThat(failure.error().param()).isEqualTo("input");
  }

  @Test
  void shouldSendOnToAnotherTargetWhatThisOneCannot() {
    // When
    var hosted = responses(",'tools':[{'type':'web_search'}]").refusal();
    var moderation =
        Translated.of("anthropic", "/v1/moderations", "{'model':'m','input':'x'}").refusal();
    // Then
    assertThat(hosted.verdict()).isEqualTo(Verdict.NOT_FOUND);
    assertThat(hosted.error().status()).isEqualTo(400);
    assertThat(hosted.error().message()).contains("web_search");
    assertThat(moderation.verdict()).isEqualTo(Verdict.NOT_FOUND);
    assertThat(moderation.error().message()).contains("/v1/moderations");
  }
}
