package io.millrace.workers.responses;

import static io.millrace.workers.Translated.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.Capabilities;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRequestsTest {

  private final ParameterCheck check =
      new ParameterCheck(Capabilities.all(), UnsupportedParameters.DROP);

  private ObjectNode chat(String fields) {
    return ChatRequests.of((ObjectNode) json("{'model':'fast'," + fields + "}"), check);
  }

  /** What input becomes, item by item. */
  static Stream<Arguments> inputs() {
    return Stream.of(
        arguments("'input':'Hi'", "[{'role':'user','content':'Hi'}]"),
        arguments(
            "'instructions':'Be brief.','input':'Hi'",
            "[{'role':'system','content':'Be brief.'},{'role':'user','content':'Hi'}]"),
        arguments(
            "'input':[{'role':'developer','content':'Be kind.'},{'role':'system','content':'So.'},"
                + "{'type':'message','role':'user','content':'Hi'}]",
            "[{'role':'system','content':'Be kind.'},{'role':'system','content':'So.'},"
                + "{'role':'user','content':'Hi'}]"),
        arguments(
            "'input':[{'role':'user','content':[{'type':'input_text','text':'Hi'}]}]",
            "[{'role':'user','content':'Hi'}]"),
        arguments(
            "'input':[{'role':'user','content':[{'type':'input_text','text':'a'},"
                + "{'type':'input_image','image_url':'http://x/y.png','detail':'original'},"
                + "{'type':'input_image','image_url':'data:image/png;base64,AA','detail':'auto'},"
                + "{'type':'input_file','file_data':'data:application/pdf;base64,AA','filename':'f'},"
                + "{'type':'input_file','file_id':'file-1'},"
                + "{'type':'input_file','file_url':'http://x/z.pdf'},"
                + "{'type':'input_audio','input_audio':{'data':'AA','format':'wav'}}]}]",
            "[{'role':'user','content':[{'type':'text','text':'a'},"
                + "{'type':'image_url','image_url':{'url':'http://x/y.png','detail':'high'}},"
                + "{'type':'image_url','image_url':{'url':'data:image/png;base64,AA'}},"
                + "{'type':'file','file':{'file_data':'data:application/pdf;base64,AA','filename':'f'}},"
                + "{'type':'file','file':{'file_id':'file-1'}},"
                + "{'type':'file','file':{'file_data':'http://x/z.pdf'}},"
                + "{'type':'input_audio','input_audio':{'data':'AA','format':'wav'}}]}]"),
        arguments(
            "'input':[{'role':'user','content':[{'type':'input_text','text':'a',"
                + "'prompt_cache_breakpoint':{'mode':'explicit'}}]}]",
            "[{'role':'user','content':[{'type':'text','text':'a',"
                + "'prompt_cache_breakpoint':{'mode':'explicit'}}]}]"),
        arguments(
            "'input':[{'id':'msg_1','type':'message','status':'completed','role':'assistant',"
                + "'content':[{'type':'output_text','text':'One. ','annotations':[]},"
                + "{'type':'output_text','text':'Two.','annotations':[]}]}]",
            "[{'role':'assistant','content':'One. Two.'}]"),
        arguments(
            "'input':[{'role':'assistant','content':'Short'}]",
            "[{'role':'assistant','content':'Short'}]"),
        arguments(
            "'input':[{'type':'message','role':'assistant',"
                + "'content':[{'type':'refusal','refusal':'No.'}]}]",
            "[{'role':'assistant','content':[{'type':'refusal','refusal':'No.'}]}]"),
        arguments(
            "'input':[{'type':'reasoning','id':'rs_1','summary':[]},"
                + "{'role':'assistant','content':'Wait.'},"
                + "{'type':'function_call','id':'fc_1','call_id':'c1','name':'f','arguments':'{}'},"
                + "{'type':'reasoning','id':'rs_2','summary':[],'encrypted_content':'gAAA'},"
                + "{'type':'function_call','call_id':'c2','name':'g','arguments':'{\\\"a\\\":1}'},"
                + "{'type':'function_call_output','call_id':'c1','output':'one'},"
                + "{'type':'function_call_output','call_id':'c2',"
                + "'output':[{'type':'input_text','text':'two'}]},"
                + "{'role':'user','content':'And?'}]",
            "[{'role':'assistant','content':'Wait.','tool_calls':["
                + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}},"
                + "{'id':'c2','type':'function','function':{'name':'g','arguments':'{\\\"a\\\":1}'}}]},"
                + "{'role':'tool','tool_call_id':'c1','content':'one'},"
                + "{'role':'tool','tool_call_id':'c2','content':'two'},"
                + "{'role':'user','content':'And?'}]"),
        arguments(
            "'input':[{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                + "{'role':'assistant','content':'Meanwhile'},"
                + "{'type':'function_call_output','call_id':'c1','output':'x'},"
                + "{'type':'function_call','call_id':'c2','name':'f','arguments':'{}'}]",
            "[{'role':'assistant','content':'Meanwhile','tool_calls':["
                + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}]},"
                + "{'role':'tool','tool_call_id':'c1','content':'x'},"
                + "{'role':'assistant','content':null,'tool_calls':["
                + "{'id':'c2','type':'function','function':{'name':'f','arguments':'{}'}}]}]"),
        arguments(
            "'input':[{'type':'custom_tool_call','call_id':'c1','name':'sh','input':'ls'},"
                + "{'type':'custom_tool_call_output','call_id':'c1','output':'a b'}]",
            "[{'role':'assistant','content':null,'tool_calls':["
                + "{'id':'c1','type':'custom','custom':{'name':'sh','input':'ls'}}]},"
                + "{'role':'tool','tool_call_id':'c1','content':'a b'}]"),
        arguments(
            "'input':[{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                + "{'type':'function_call','call_id':'c2','name':'f','arguments':'{}'},"
                + "{'type':'function_call_output','call_id':'c1','output':["
                + "{'type':'input_image','image_url':'http://x/y.png'}]},"
                + "{'type':'function_call_output','call_id':'c2','output':'x'}]",
            "[{'role':'assistant','content':null,'tool_calls':["
                + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}},"
                + "{'id':'c2','type':'function','function':{'name':'f','arguments':'{}'}}]},"
                + "{'role':'tool','tool_call_id':'c1','content':''},"
                + "{'role':'tool','tool_call_id':'c2','content':'x'},"
                + "{'role':'user','content':["
                + "{'type':'image_url','image_url':{'url':'http://x/y.png'}}]}]"));
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void shouldPutInputIntoMessages(String fields, String messages) {
    // When
    var chat = chat(fields);
    // Then
    assertThat(check.refusal()).isEmpty();
    assertThat(chat.path("messages")).isEqualTo(json(messages));
  }

  /** What a field becomes; both beside an input of one word. */
  static Stream<Arguments> fields() {
    return Stream.of(
        arguments("'max_output_tokens':9", "'max_completion_tokens':9"),
        arguments("'temperature':0.5,'top_p':0.9", "'temperature':0.5,'top_p':0.9"),
        arguments("'temperature':null,'tools':null,'text':null,'reasoning':null", ""),
        arguments("'reasoning':{'effort':'low','summary':'auto'}", "'reasoning_effort':'low'"),
        arguments("'text':{'format':{'type':'text'}}", ""),
        arguments("'text':{'verbosity':'low'}", "'verbosity':'low'"),
        arguments(
            "'text':{'format':{'type':'json_object'}}", "'response_format':{'type':'json_object'}"),
        arguments(
            "'text':{'format':{'type':'json_schema','name':'n','description':'d','strict':true,"
                + "'schema':{'type':'object'}}}",
            "'response_format':{'type':'json_schema','json_schema':{'name':'n','description':'d',"
                + "'schema':{'type':'object'},'strict':true}}"),
        arguments(
            "'tools':[{'type':'function','name':'f','description':'d','strict':true,"
                + "'parameters':{'type':'object'}}],'tool_choice':'required',"
                + "'parallel_tool_calls':false",
            "'tools':[{'type':'function','function':{'name':'f','description':'d',"
                + "'parameters':{'type':'object'},'strict':true}}],'tool_choice':'required',"
                + "'parallel_tool_calls':false"),
        arguments(
            "'tools':[{'type':'function','name':'f','parameters':null,'strict':null}],"
                + "'tool_choice':{'type':'function','name':'f'}",
            "'tools':[{'type':'function','function':{'name':'f'}}],"
                + "'tool_choice':{'type':'function','function':{'name':'f'}}"),
        arguments(
            "'tools':[{'type':'custom','name':'c','format':{'type':'grammar','syntax':'lark',"
                + "'definition':'x'}},{'type':'custom','name':'t','format':{'type':'text'}}],"
                + "'tool_choice':{'type':'allowed_tools','mode':'required',"
                + "'tools':[{'type':'custom','name':'c'}]}",
            "'tools':[{'type':'custom','custom':{'name':'c','format':{'type':'grammar',"
                + "'grammar':{'definition':'x','syntax':'lark'}}}},"
                + "{'type':'custom','custom':{'name':'t','format':{'type':'text'}}}],"
                + "'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'required',"
                + "'tools':[{'type':'custom','custom':{'name':'c'}}]}}"),
        arguments("'tools':[],'tool_choice':'auto','parallel_tool_calls':true", ""),
        arguments("'top_logprobs':2", "'logprobs':true,'top_logprobs':2"),
        arguments("'include':['message.output_text.logprobs']", "'logprobs':true"),
        arguments("'include':['reasoning.encrypted_content'],'truncation':'disabled'", ""),
        arguments(
            "'user':'u','safety_identifier':'s','prompt_cache_key':'k','service_tier':'flex'",
            "'user':'u','safety_identifier':'s','prompt_cache_key':'k','service_tier':'flex'"),
        arguments(
            "'store':true,'background':true,'stream':true,'metadata':{'a':'b'},"
                + "'previous_response_id':'resp_1','stream_options':{'include_obfuscation':false}",
            ""),
        arguments(
            "'top_k':5,'thinking':{'type':'enabled'}", "'top_k':5,'thinking':{'type':'enabled'}"));
  }

  @ParameterizedTest
  @MethodSource("fields")
  void shouldPutFieldIntoChatsWords(String fields, String expected) {
    // When
    var chat = chat("'input':'Hi'," + fields);
    // Then
    chat.remove(List.of("model", "messages"));
    assertThat(chat).isEqualTo(json("{" + expected + "}"));
    assertThat(check.refusal()).isEmpty();
    assertThat(check.dropped()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'tools':[{'type':'web_search'}]",
        "'tools':[{'type':'function','name':'f'}],'tool_choice':{'type':'file_search'}",
        "'input':[{'type':'item_reference','id':'msg_1'}]",
        "'input':[{'type':'computer_call_output','call_id':'c','output':{}}]",
        "'input':[{'role':'user','content':[{'type':'input_image','file_id':'file-1'}]}]",
        "'input':[{'role':'user','content':[{'type':'input_hologram'}]}]",
        "'prompt':{'id':'pmpt_1'}"
      })
  void shouldRefuseWhatChatCannotSay(String fields) {
    // When
    chat(fields);
    // Then
    var error = check.refusal().orElseThrow().error();
    assertThat(error.status()).isEqualTo(400);
    assertThat(error.code()).isEqualTo("unsupported_parameter");
    assertThat(fields).contains("'" + error.param() + "'");
  }

  @Test
  void shouldNameWhatIsDropped() {
    // When
    chat(
        "'input':'Hi','truncation':'auto','max_tool_calls':2,'context_management':[],"
            + "'reasoning':{'mode':'pro'}");
    // Then
    assertThat(check.dropped())
        .containsExactly("truncation", "reasoning.mode", "max_tool_calls", "context_management");
  }

  @Test
  void shouldGiveBackWhatProviderWantsBack() {
    // Given
    var thoughts = new CarriedThoughts();
    thoughts.message().putObject("anthropic").put("signature", "s");
    thoughts.calls().putObject("c1").putObject("google").put("thought_signature", "t");
    var reasoning =
        Json.MAPPER
            .createObjectNode()
            .put("type", "reasoning")
            .put("encrypted_content", thoughts.encoded());
    var call = json("{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'}");
    var request = Json.MAPPER.createObjectNode();
    // When
    request.putArray("input").add(reasoning).add(call);
    var before = ChatRequests.of(request, check).path("messages").path(0);
    request.putArray("input").add(call).add(reasoning);
    var after = ChatRequests.of(request, check).path("messages").path(0);
    // Then
    assertThat(before.path("extra_content")).isEqualTo(json("{'anthropic':{'signature':'s'}}"));
    assertThat(before.at("/tool_calls/0/extra_content"))
        .isEqualTo(json("{'google':{'thought_signature':'t'}}"));
    assertThat(after).isEqualTo(before);
  }
}
