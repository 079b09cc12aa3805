package io.millrace.workers.mistral;

import static io.millrace.workers.Translated.bodyOf;
import static io.millrace.workers.Translated.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Outcome;
import io.millrace.workers.Translated;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MistralKindsTest {

  private static final String PLAIN = "{'model':'m','messages':[{'role':'user','content':'hi'}]%s}";

  @Test
  void shouldUseMistralsNames() {
    // When
    var sent =
        Translated.chat(
                "mistral",
                PLAIN.formatted(
                    ",'stream':true,'seed':7,'max_completion_tokens':5,'tool_choice':'required',"
                        + "'tools':[{'type':'function','function':{'name':'f'}}]"))
            .sent();
    // Then
    assertThat(sent.path("random_seed").asInt()).isEqualTo(7);
    assertThat(sent.path("max_tokens").asInt()).isEqualTo(5);
    assertThat(sent.path("tool_choice").asText()).isEqualTo("any");
    assertThat(sent.path("stream").asBoolean()).isTrue();
    assertThat(sent.has("seed")).isFalse();
    assertThat(sent.has("stream_options")).isFalse();
  }

  @Test
  void shouldHashForeignCallIdsAndNameResults() {
    // When
    var sent =
        Translated.chat(
                "mistral",
                "{'model':'m','messages':[{'role':'assistant','content':null,'tool_calls':["
                    + "{'id':'call_abcdef','type':'function','function':{'name':'f',"
                    + "'arguments':'{}'}},{'id':'A1b2C3d4E','type':'function','function':"
                    + "{'name':'g','arguments':'{}'}}]},"
                    + "{'role':'tool','tool_call_id':'call_abcdef','content':'1'},"
                    + "{'role':'tool','tool_call_id':'A1b2C3d4E','content':'2'}]}")
            .sent();
    // Then
    var messages = sent.path("messages");
    var hashed = messages.at("/0/tool_calls/0/id").asText();
    assertThat(hashed).matches("[A-Za-z0-9]{9}");
    assertThat(messages.at("/0/tool_calls/1/id").asText()).isEqualTo("A1b2C3d4E");
    assertThat(messages.at("/1/tool_call_id").asText()).isEqualTo(hashed);
    assertThat(messages.at("/1/name").asText()).isEqualTo("f");
    assertThat(messages.at("/2/name").asText()).isEqualTo("g");
  }

  @Test
  void shouldGiveFilesAsDocuments() {
    // When
    var sent =
        Translated.chat(
                "mistral",
                "{'model':'m','messages':[{'role':'user','content':[{'type':'file','file':"
                    + "{'filename':'a.pdf','file_data':'data:application/pdf;base64,AA=='}}]}]}")
            .sent();
    // Then
    assertThat(sent.at("/messages/0/content/0"))
        .isEqualTo(
            json("{'type':'document_url','document_url':'data:application/pdf;base64,AA=='}"));
  }

  @Test
  void shouldPartThoughtsFromText() {
    // Given
    var deltas = new ArrayList<JsonNode>();
    var stream =
        """
        data: {'id':'a','choices':[{'index':0,'delta':{'role':'assistant','content':[{'type':'thinking','thinking':[{'type':'text','text':'hm'}]}]}}]}

        data: {'id':'a','choices':[{'index':0,'delta':{'content':[{'type':'text','text':'Hi'}]}}]}

        data: {'id':'a','choices':[{'index':0,'delta':{'content':''},'finish_reason':'model_length'}],'usage':{'prompt_tokens':4,'completion_tokens':2,'total_tokens':6}}

        data: [DONE]

        """;
    // When
    var outcome =
        Translated.chat("mistral", PLAIN.formatted(",'stream':true")).streamed(stream, deltas);
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(bodyOf(outcome).at("/choices/0/message/content").asText()).isEqualTo("Hi");
    assertThat(bodyOf(outcome).at("/choices/0/message/reasoning_content").asText()).isEqualTo("hm");
    assertThat(bodyOf(outcome).at("/choices/0/finish_reason").asText()).isEqualTo("length");
    assertThat(deltas.getFirst().at("/choices/0/delta/reasoning_content").asText()).isEqualTo("hm");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "422|{'detail':[{'loc':['body','temperature'],'msg':'too hot','type':'x'}]}|INVALID|temperature|too hot",
        "422|{'object':'error','message':{'detail':[{'loc':['body','top_p'],'msg':'no'}]}}|INVALID|top_p|no",
        "400|{'object':'error','message':'bad','type':'invalid_request','param':'n','code':null}|INVALID|n|bad",
        "422|{'detail':'nope'}|INVALID||nope",
        "401|{'message':'Unauthorized'}|UNAUTHORISED||The provider does not accept this service's key."
      })
  void shouldReadEveryShapeOfError(
      int status, String body, Verdict verdict, String param, String message) {
    // When
    var outcome = Translated.chat("mistral", PLAIN.formatted("")).answered(status, body);
    // Then
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failure.class,
            failure -> {
              assertThat(failure.verdict()).isEqualTo(verdict);
              assertThat(failure.error().param()).isEqualTo(param);
              assertThat(failure.error().message()).isEqualTo(message);
            });
  }

  @Test
  void shouldFailWhenAnswerEndsInError() {
    // When
    var outcome =
        Translated.chat("mistral", PLAIN.formatted(""))
            .answered(200, "{'choices':[{'message':{'content':'x'},'finish_reason':'error'}]}");
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.UPSTREAM_FAILURE);
  }
}
