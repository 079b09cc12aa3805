package io.millrace.workers.hosts;

import static io.millrace.workers.Translated.bodyOf;
import static io.millrace.workers.Translated.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Attempts;
import io.millrace.workers.Outcome;
import io.millrace.workers.Translated;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostKindsTest {

  private static final String USER = "'messages':[{'role':'user','content':'hi'}]";

  @ParameterizedTest
  @ValueSource(strings = {"together", "huggingface", "perplexity", "vllm", "deepseek"})
  void shouldCallLimitAsHostDoes(String kind) {
    // When
    var sent = Translated.chat(kind, "{'model':'m'," + USER + ",'max_completion_tokens':5}").sent();
    // Then
    assertThat(sent.path("max_tokens").asInt()).isEqualTo(5);
    assertThat(sent.has("max_completion_tokens")).isFalse();
    assertThat(sent.path("model").asText()).isEqualTo("gpt-4o-mini");
  }

  @Test
  void shouldLeaveOutOfHistoryWhatOnlyShows() {
    // Given
    var messages =
        "[{'role':'developer','content':'d'},{'role':'assistant','content':'a','refusal':null,"
            + "'reasoning_content':'r','annotations':[],'extra_content':{'anthropic':{}}},"
            + "{'role':'user','name':'u','content':'hi'}]";
    // When
    var sent = Translated.chat("vllm", "{'model':'m','messages':" + messages + "}").sent();
    // Then
    assertThat(sent.path("messages"))
        .isEqualTo(
            json(
                "[{'role':'system','content':'d'},{'role':'assistant','content':'a'},"
                    + "{'role':'user','name':'u','content':'hi'}]"));
  }

  @Test
  void shouldKeepWhatIsTheHostsOwnAndDropWhatIsNobodys() {
    // Given
    var translated =
        Translated.chat("vllm", "{'model':'m'," + USER + ",'top_k':3,'no_such_field':1}");
    // When
    var sent = translated.sent();
    // Then
    assertThat(sent.path("top_k").asInt()).isEqualTo(3);
    assertThat(sent.has("no_such_field")).isFalse();
    assertThat(translated.calls().droppedParameters()).containsExactly("no_such_field");
  }

  @Test
  void shouldSendGroqNeitherNamesNorZeroTemperature() {
    // When
    var sent =
        Translated.chat(
                "groq",
                "{'model':'m','temperature':0,'n':1,"
                    + "'messages':[{'role':'user','name':'u','content':'hi'}]}")
            .sent();
    // Then
    assertThat(sent.path("temperature").asDouble()).isEqualTo(1e-8);
    assertThat(sent.path("messages").path(0).has("name")).isFalse();
    assertThat(sent.has("n")).isFalse();
  }

  @Test
  void shouldCountSeedUpWhenEachChoiceIsACall() {
    // When
    var calls =
        Translated.chat("groq", "{'model':'m','n':3,'seed':7," + USER + "}").calls().calls();
    // Then
    assertThat(calls)
        .extracting(call -> json(Attempts.text(call.http().body())).path("seed").asInt())
        .containsExactly(7, 8, 9);
  }

  @Test
  void shouldReadUsageWhereGroqTellsIt() {
    // Given
    var deltas = new ArrayList<JsonNode>();
    var stream =
        """
        data: {'id':'a','choices':[{'index':0,'delta':{'reasoning':'hm'}}],'x_groq':{'id':'r'}}

        data: {'id':'a','choices':[{'index':0,'delta':{'content':'Hi'},'finish_reason':'stop'}],'x_groq':{'usage':{'prompt_tokens':4,'completion_tokens':2,'total_tokens':6}}}

        data: [DONE]

        """;
    // When
    var outcome =
        Translated.chat("groq", "{'model':'m','stream':true," + USER + "}")
            .streamed(stream, deltas);
    // Then
    assertThat(bodyOf(outcome).at("/usage/total_tokens").asInt()).isEqualTo(6);
    assertThat(bodyOf(outcome).at("/choices/0/message/reasoning_content").asText()).isEqualTo("hm");
    assertThat(deltas).noneMatch(delta -> delta.has("x_groq"));
  }

  @ParameterizedTest
  @CsvSource({"together, eos", "huggingface, eos_token"})
  void shouldSpellFinishReasonAsOpenAiDoes(String kind, String theirs) {
    // When
    var outcome =
        Translated.chat(kind, "{'model':'m'," + USER + "}")
            .answered(
                200,
                "{'id':'a','choices':[{'index':0,'message':{'role':'assistant','content':'Hi'},"
                    + "'stop_reason':null,'finish_reason':'"
                    + theirs
                    + "'}]}");
    // Then
    assertThat(bodyOf(outcome).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void shouldHideWhatVllmAddsForItself() {
    // When
    var outcome =
        Translated.chat("vllm", "{'model':'m'," + USER + "}")
            .answered(
                200,
                "{'id':'a','choices':[{'index':0,'message':{'role':'assistant','content':'Hi',"
                    + "'reasoning':'hm'},'stop_reason':12,'finish_reason':'stop'}],"
                    + "'kv_transfer_params':{},'prompt_logprobs':null}");
    // Then
    assertThat(bodyOf(outcome))
        .isEqualTo(
            json(
                "{'id':'a','choices':[{'index':0,'message':{'role':'assistant','content':'Hi',"
                    + "'reasoning_content':'hm'},'finish_reason':'stop'}]}"));
  }

  @Test
  void shouldTakeFinishReasonForTheFailureItIs() {
    // When
    var outcome =
        Translated.chat("deepseek", "{'model':'m'," + USER + "}")
            .answered(
                200,
                "{'choices':[{'message':{'content':''},"
                    + "'finish_reason':'insufficient_system_resource'}]}");
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.OVERLOADED);
  }

  @Test
  void shouldRefuseSchemaThatHostCannotFit() {
    // When
    var refusal =
        Translated.chat(
                "deepseek",
                "{'model':'m',"
                    + USER
                    + ",'response_format':{'type':'json_schema','json_schema':{'schema':{}}}}")
            .refusal();
    // Then
    assertThat(refusal.error().param()).isEqualTo("response_format");
  }

  @Test
  void shouldRefuseImagesThatHostCannotSee() {
    // When
    var refusal =
        Translated.chat(
                "deepseek",
                "{'model':'m','messages':[{'role':'user','content':"
                    + "[{'type':'image_url','image_url':{'url':'https://a/b.png'}}]}]}")
            .refusal();
    // Then
    assertThat(refusal.error().code()).isEqualTo("unsupported_parameter");
    assertThat(refusal.error().param()).isEqualTo("messages");
  }

  @Test
  void shouldAskPerplexityForSchemaWhenAnyObjectIsWanted() {
    // When
    var sent =
        Translated.chat(
                "perplexity", "{'model':'m'," + USER + ",'response_format':{'type':'json_object'}}")
            .sent();
    // Then
    assertThat(sent.at("/response_format/type").asText()).isEqualTo("json_schema");
    assertThat(sent.at("/response_format/json_schema/schema/type").asText()).isEqualTo("object");
  }

  @Test
  void shouldNotShowTwiceWhatPerplexityRepeats() {
    // Given
    var deltas = new ArrayList<JsonNode>();
    var stream =
        """
        data: {'id':'a','object':'chat.completion.chunk','choices':[{'index':0,'delta':{'content':'He'},'message':{'content':'He'}}],'citations':['https://a']}

        data: {'id':'a','object':'chat.completion.chunk','choices':[{'index':0,'delta':{'content':'y'},'message':{'content':'Hey'},'finish_reason':'stop'}],'usage':{'prompt_tokens':4,'completion_tokens':2,'total_tokens':6}}

        """;
    // When
    var outcome =
        Translated.chat("perplexity", "{'model':'m','stream':true," + USER + "}")
            .streamed(stream, deltas);
    // Then
    assertThat(bodyOf(outcome).at("/choices/0/message/content").asText()).isEqualTo("Hey");
    assertThat(deltas).hasSize(2).noneMatch(delta -> delta.at("/choices/0").has("message"));
    assertThat(bodyOf(outcome).path("citations")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "together|402|{'error':'no money'}|OUT_OF_QUOTA",
        "together|524||TIMEOUT",
        "huggingface|402|{'error':'credits'}|OUT_OF_QUOTA",
        "huggingface|503|{'error':'loading','estimated_time':20}|OVERLOADED",
        "groq|498|{'error':{'message':'flex'}}|OVERLOADED",
        "groq|400|{'error':{'code':'json_validate_failed','message':'bad'}}|INVALID",
        "vllm|404|{'error':{'message':'no model','type':'NotFoundError','code':404}}|NOT_FOUND",
        "vllm|400|{'object':'error','message':'maximum context length is 4','code':400}|CONTEXT_TOO_LONG",
        "perplexity|401|<html>|UNAUTHORISED",
        "deepseek|402|{'error':{'message':'Insufficient Balance'}}|OUT_OF_QUOTA"
      })
  void shouldJudgeHostsOwnErrors(String kind, int status, String body, Verdict verdict) {
    // When
    var outcome =
        Translated.chat(kind, "{'model':'m'," + USER + "}")
            .answered(status, body == null ? "" : body);
    // Then
    assertThat(outcome).isInstanceOf(Outcome.Failure.class);
    assertThat(outcome.verdict()).isEqualTo(verdict);
  }
}
