package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.chat;
import static io.millrace.simulator.RunningSimulator.frames;
import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.script.Extras;
import io.millrace.simulator.script.SimulatorScript;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RichAnswersTest {
  private static final String TOOLS =
      ",\"tools\":["
          + "{\"type\":\"function\",\"function\":{\"name\":\"grind\",\"parameters\":"
          + "{\"type\":\"object\",\"properties\":{\"grain\":{\"type\":\"string\"},"
          + "\"stones\":{\"type\":\"integer\",\"minimum\":2},\"fine\":{\"type\":\"boolean\"},"
          + "\"gates\":{\"type\":\"array\",\"items\":{\"enum\":[\"left\",\"right\"]}}}}}},"
          + "{\"type\":\"function\",\"function\":{\"name\":\"rest\"}}]";
  private static final String GRIND =
      "{\"grain\":\"water\",\"stones\":2,\"fine\":true,\"gates\":[\"left\"]}";

  private RunningSimulator running;

  @BeforeEach
  void start() {
    running = new RunningSimulator(SimulatorScript.defaults());
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private void extras(UnaryOperator<Extras> change) {
    running.simulator().script(SimulatorScript.defaults().withBehaviour(b -> b.withExtras(change)));
  }

  private JsonNode choice(String more) {
    return json(running.postChat(chat("Hi", more))).path("choices").path(0);
  }

  @Test
  void shouldCallAsManyToolsAsScripted() {
    // Given
    extras(e -> e.withToolCalls(3));
    // When
    JsonNode choice = choice(TOOLS);
    // Then
    assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
    assertThat(choice.path("message").path("content").isNull()).isTrue();
    JsonNode calls = choice.path("message").path("tool_calls");
    assertThat(calls.findValuesAsText("name")).containsExactly("grind", "rest", "grind");
    assertThat(calls.findValuesAsText("id")).doesNotHaveDuplicates().allMatch(id -> !id.isEmpty());
    assertThat(json(calls.path(0).path("function").path("arguments").asText()))
        .isEqualTo(json(GRIND));
    assertThat(calls.path(1).path("function").path("arguments").asText()).isEqualTo("{}");
  }

  @Test
  void shouldCallToolOnlyWhenChoiceAllowsOrDemands() {
    // Given
    extras(e -> e.withToolCalls(2));
    // When
    JsonNode never = choice(TOOLS + ",\"tool_choice\":\"none\"");
    JsonNode single = choice(TOOLS + ",\"parallel_tool_calls\":false");
    extras(e -> e);
    JsonNode auto = choice(TOOLS);
    JsonNode required = choice(TOOLS + ",\"tool_choice\":\"required\"");
    JsonNode named =
        choice(TOOLS + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"rest\"}}");
    // Then
    assertThat(never.path("message").has("tool_calls")).isFalse();
    assertThat(auto.path("message").has("tool_calls")).isFalse();
    assertThat(single.path("message").path("tool_calls")).hasSize(1);
    assertThat(required.path("message").findValuesAsText("name")).containsExactly("grind");
    assertThat(named.path("message").findValuesAsText("name")).containsExactly("rest");
  }

  @Test
  void shouldAnswerInWordsWhenToolHasAnswered() {
    // Given
    extras(e -> e.withToolCalls(1));
    String body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},"
            + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"ok\"}]"
            + TOOLS
            + "}";
    // When
    JsonNode choice = json(running.postChat(body)).path("choices").path(0);
    // Then
    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    assertThat(choice.path("message").path("content").asText()).startsWith("the water");
  }

  @Test
  void shouldStreamArgumentsPieceByPiece() {
    // Given
    extras(e -> e.withToolCalls(2));
    // When
    String stream = running.postChat(chat("Hi", TOOLS + ",\"stream\":true")).body();
    // Then
    List<JsonNode> choices =
        frames(stream).stream()
            .filter(frame -> !frame.equals("[DONE]"))
            .map(frame -> json(frame).path("choices").path(0))
            .toList();
    var arguments = new StringBuilder();
    for (JsonNode choice : choices) {
      JsonNode call = choice.path("delta").path("tool_calls").path(0);
      if (call.path("index").asInt(-1) == 0) {
        arguments.append(call.path("function").path("arguments").asText());
      }
    }
    assertThat(json(arguments.toString())).isEqualTo(json(GRIND));
    assertThat(choices.getLast().path("finish_reason").asText()).isEqualTo("tool_calls");
    assertThat(choices.stream().filter(choice -> choice.at("/delta/tool_calls/0").has("id")))
        .hasSize(2);
  }

  @Test
  void shouldFitSchemaWhenOneIsGiven() {
    // Given
    String format =
        ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":"
            + "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#/$defs/node\"},"
            + "\"level\":{\"type\":[\"null\",\"number\"],\"maximum\":0.5}},"
            + "\"$defs\":{\"node\":{\"type\":\"object\",\"properties\":"
            + "{\"name\":{\"type\":\"string\",\"minLength\":7}},\"required\":[\"name\"]}}}}}";
    // When
    JsonNode schema = choice(format);
    JsonNode object = choice(",\"response_format\":{\"type\":\"json_object\"}");
    // Then
    assertThat(json(schema.path("message").path("content").asText()))
        .isEqualTo(json("{\"next\":{\"name\":\"waterwater\"},\"level\":0}"));
    assertThat(json(object.path("message").path("content").asText())).hasSize(1);
  }

  @Test
  void shouldEndWhenSchemaRefersToItself() {
    // Given
    String format =
        ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":"
            + "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"$ref\":\"#\"}},"
            + "\"required\":[\"a\"]}}}";
    // When
    JsonNode choice = choice(format);
    // Then
    assertThat(json(choice.path("message").path("content").asText()).has("a")).isTrue();
  }

  @Test
  void shouldReportScriptedUsage() {
    // Given
    extras(e -> e.withCachedInputTokens(4).withCacheWriteTokens(100).withReasoningTokens(30));
    // When
    JsonNode usage = json(running.postChat(chat("12345678"))).path("usage");
    JsonNode limited =
        json(running.postChat(chat("12345678", ",\"max_completion_tokens\":20"))).path("usage");
    // Then
    assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(6);
    assertThat(usage.at("/prompt_tokens_details/cached_tokens").asInt()).isEqualTo(4);
    assertThat(usage.path("completion_tokens").asInt()).isEqualTo(46);
    assertThat(usage.at("/completion_tokens_details/reasoning_tokens").asInt()).isEqualTo(30);
    assertThat(limited.path("completion_tokens").asInt()).isEqualTo(20);
    assertThat(limited.at("/completion_tokens_details/reasoning_tokens").asInt()).isEqualTo(20);
  }

  @Test
  void shouldEndHalfWayWhenFiltered() {
    // Given
    extras(e -> e.withContentFilter(1));
    // When
    JsonNode filtered = choice("");
    JsonNode refused =
        choice(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{}}}");
    // Then
    assertThat(filtered.path("finish_reason").asText()).isEqualTo("content_filter");
    assertThat(filtered.path("message").path("content").asText().split(" ")).hasSize(8);
    assertThat(refused.path("finish_reason").asText()).isEqualTo("stop");
    assertThat(refused.path("message").path("content").isNull()).isTrue();
    assertThat(refused.path("message").path("refusal").asText()).isNotEmpty();
  }

  @Test
  void shouldStopBeforeSequence() {
    // When
    JsonNode choice = choice(",\"stop\":[\"every\",\"wheel a\"]");
    // Then
    assertThat(choice.path("message").path("content").asText()).isEqualTo("the water turns a ");
    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void shouldGiveLogprobsWhenAsked() {
    // When
    JsonNode whole = choice(",\"logprobs\":true,\"top_logprobs\":2");
    String stream = running.postChat(chat("Hi", ",\"logprobs\":true,\"stream\":true")).body();
    // Then
    assertThat(whole.path("logprobs").path("content")).hasSize(16);
    JsonNode second = whole.path("logprobs").path("content").path(1);
    assertThat(second.path("token").asText()).isEqualTo(" water");
    assertThat(second.path("bytes")).hasSize(6);
    assertThat(second.path("top_logprobs")).hasSize(2);
    assertThat(json(frames(stream).get(1)).at("/choices/0/logprobs/content/0/token").asText())
        .isEqualTo("the");
  }

  @Test
  void shouldRefuseChoiceWithoutTools() {
    // When
    var response = running.postChat(chat("Hi", ",\"tool_choice\":\"required\""));
    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error/param").asText()).isEqualTo("tool_choice");
  }
}
