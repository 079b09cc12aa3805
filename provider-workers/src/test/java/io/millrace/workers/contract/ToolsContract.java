package io.millrace.workers.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Feature;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tools, their results, and answers that fit a schema. */
interface ToolsContract extends ContractSubject {

  String TOOLS =
      """
      "tools":[{"type":"function","function":{"name":"grind","description":"Grinds grain",
        "parameters":{"type":"object","properties":{"grain":{"type":"string"},
        "kilos":{"type":"integer"}},"required":["grain","kilos"]}}},
       {"type":"function","function":{"name":"sift","parameters":{"type":"object",
        "properties":{"fine":{"type":"boolean"}},"required":["fine"]}}}]""";

  String SCHEMA =
      """
      "response_format":{"type":"json_schema","json_schema":{"name":"report","strict":true,
       "schema":{"type":"object","properties":{"grain":{"type":"string"},
       "sacks":{"type":"integer"}},"required":["grain","sacks"],"additionalProperties":false}}}""";

  @Test
  default void shouldCallSeveralToolsAtOnce() {
    needs(Feature.TOOLS);
    try (var bench = ContractBench.of(this, b -> b.withExtras(e -> e.withToolCalls(2)))) {
      // When
      var run = bench.run(TOOLS);
      // Then
      assertThat(run.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
      assertThat(run.choice().path("finish_reason").asText()).isEqualTo("tool_calls");
      assertThat(run.choice().at("/message/content").isNull()).isTrue();
      assertTwoCalls(run.choice().at("/message/tool_calls"));
      assertThat(ChatContract.usage(run).getOutputTokens()).isPositive();
    }
  }

  @Test
  default void shouldStreamToolCallsPieceByPiece() {
    needs(Feature.TOOLS, Feature.STREAMING);
    try (var bench = ContractBench.of(this, b -> b.withExtras(e -> e.withToolCalls(2)))) {
      // When
      var run = bench.stream(TOOLS);
      // Then
      assertTwoCalls(run.choice().at("/message/tool_calls"));
      assertThat(run.choice().path("finish_reason").asText()).isEqualTo("tool_calls");
      var arguments = new TreeMap<Integer, String>();
      for (var chunk : run.deltas()) {
        for (var call : chunk.at("/choices/0/delta/tool_calls")) {
          arguments.merge(
              call.path("index").asInt(-1),
              call.at("/function/arguments").asText(""),
              String::concat);
        }
      }
      assertThat(arguments.keySet()).containsExactly(0, 1);
      assertThat(ContractBench.json(arguments.firstEntry().getValue()).path("kilos").asInt())
          .isEqualTo(1);
    }
  }

  private static void assertTwoCalls(JsonNode calls) {
    assertThat(calls.findValuesAsText("name")).containsExactly("grind", "sift");
    assertThat(calls.findValuesAsText("id")).hasSize(2).doesNotHaveDuplicates().doesNotContain("");
    assertThat(calls.findValuesAsText("type")).containsExactly("function", "function");
    assertThat(ContractBench.json(calls.at("/0/function/arguments").asText()))
        .isEqualTo(ContractBench.json("{\"grain\":\"water\",\"kilos\":1}"));
    assertThat(ContractBench.json(calls.at("/1/function/arguments").asText()))
        .isEqualTo(ContractBench.json("{\"fine\":true}"));
  }

  @Test
  default void shouldCallToolWhenItMust() {
    needs(Feature.TOOLS, Feature.TOOL_CHOICE);
    try (var bench = ContractBench.of(this)) {
      // When
      var left = bench.run(TOOLS);
      var required = bench.run(TOOLS + ",\"tool_choice\":\"required\"");
      var named =
          bench.run(
              TOOLS + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"sift\"}}");
      // Then
      assertThat(left.content()).startsWith("the water");
      assertThat(required.choice().findValuesAsText("name")).containsExactly("grind");
      assertThat(named.choice().findValuesAsText("name")).containsExactly("sift");
    }
  }

  @Test
  default void shouldCallNoToolWhenItMustNot() {
    needs(Feature.TOOLS);
    try (var bench = ContractBench.of(this, b -> b.withExtras(e -> e.withToolCalls(2)))) {
      // When
      var run = bench.run(TOOLS + ",\"tool_choice\":\"none\"");
      // Then
      assertThat(run.content()).startsWith("the water");
      assertThat(run.choice().path("message").has("tool_calls")).isFalse();
    }
  }

  @Test
  default void shouldGoOnWhenToolsHaveAnswered() {
    needs(Feature.TOOLS);
    try (var bench = ContractBench.of(this, b -> b.withExtras(e -> e.withToolCalls(2)))) {
      // Given
      var calling = bench.run(TOOLS);
      var next = ContractBench.chat(TOOLS);
      var messages = (ArrayNode) next.path("messages");
      messages.add(calling.choice().path("message"));
      for (var call : calling.choice().at("/message/tool_calls")) {
        messages
            .addObject()
            .put("role", "tool")
            .put("tool_call_id", call.path("id").asText())
            .put("content", "{\"flour\":\"done\"}");
      }
      // When
      var run = bench.run(next);
      // Then
      assertThat(run.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
      assertThat(run.content()).startsWith("the water");
      assertThat(run.choice().path("finish_reason").asText()).isEqualTo("stop");
    }
  }

  @Test
  default void shouldFitSchemaWhenOneIsGiven() {
    needs(Feature.JSON_SCHEMA);
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.run(SCHEMA);
      // Then
      assertThat(ContractBench.json(run.content()))
          .isEqualTo(ContractBench.json("{\"grain\":\"water\",\"sacks\":1}"));
      assertThat(run.choice().path("finish_reason").asText()).isEqualTo("stop");
    }
  }

  @Test
  default void shouldStreamDocumentThatFitsSchema() {
    needs(Feature.JSON_SCHEMA, Feature.STREAMING);
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.stream(SCHEMA);
      // Then
      assertThat(ContractBench.json(ChatContract.said(run.deltas(), 0)))
          .isEqualTo(ContractBench.json("{\"grain\":\"water\",\"sacks\":1}"));
    }
  }
}
