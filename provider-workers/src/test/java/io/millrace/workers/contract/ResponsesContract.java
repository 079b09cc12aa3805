package io.millrace.workers.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Verdict;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.workers.Feature;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Responses, of the provider's own or made of chat: nobody can tell which. */
interface ResponsesContract extends ContractSubject {

  String RESPONSES = "/v1/responses";

  /** Every field of the contract. */
  List<String> FIELDS =
      List.of(
          """
          id object created_at completed_at status background error incomplete_details instructions
          max_output_tokens max_tool_calls model output parallel_tool_calls previous_response_id
          conversation prompt_cache_key reasoning safety_identifier service_tier store temperature
          text tool_choice tools top_logprobs top_p truncation usage user metadata"""
              .split("\\s+"));

  String FLAT_TOOLS =
      """
      "tools":[{"type":"function","name":"grind","description":"Grinds grain",
        "parameters":{"type":"object","properties":{"grain":{"type":"string"},
        "kilos":{"type":"integer"}},"required":["grain","kilos"]}},
       {"type":"function","name":"sift","parameters":{"type":"object",
        "properties":{"fine":{"type":"boolean"}},"required":["fine"]}}]""";

  private static ObjectNode body(String more) {
    return ContractBench.json(
        """
        {"model":"fast","instructions":"Be brief.","input":"How does a mill work?","store":false,
         "metadata":{"mill":"old"}%s}"""
            .formatted(more.isEmpty() ? "" : "," + more));
  }

  private ContractBench.Run respond(ContractBench bench, ObjectNode body) {
    return bench.run(RESPONSES, chatModel(), body);
  }

  private ContractBench.Run respond(ContractBench bench, String more) {
    return respond(bench, body(more));
  }

  @Test
  default void shouldRespondWithEveryField() {
    try (var bench = ContractBench.of(this)) {
      // When
      var run = respond(bench, "");
      // Then
      var response = run.body();
      assertThat(run.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
      assertThat(response.properties()).extracting(field -> field.getKey()).containsAll(FIELDS);
      assertThat(response.path("id").asText()).startsWith("resp_contract");
      assertThat(response.path("status").asText()).isEqualTo("completed");
      assertThat(response.path("store").asBoolean(true)).isFalse();
      assertThat(response.at("/metadata/mill").asText()).isEqualTo("old");
      assertThat(response.path("output")).hasSize(1);
      assertThat(response.at("/output/0/status").asText()).isEqualTo("completed");
      assertThat(response.at("/output/0/content/0/text").asText()).startsWith("the water turns");
      var used = ChatContract.usage(run);
      assertThat(used.getInputTokens()).isEqualTo(bench.simulator().stats().inputTokens());
      assertThat(used.getOutputTokens()).isEqualTo(bench.simulator().stats().outputTokens());
      assertThat(response.at("/usage/total_tokens").asLong())
          .isEqualTo(used.getInputTokens() + used.getOutputTokens());
      assertThat(bench.simulator().requestCalls().values()).containsExactly(1);
    }
  }

  @Test
  default void shouldStreamItemsOfAResponse() {
    needs(Feature.STREAMING);
    try (var bench = ContractBench.of(this)) {
      var whole = respond(bench, "").body();
      // When
      var run = respond(bench, "\"stream\":true");
      // Then
      assertThat(run.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
      var items = ResponseItems.of(run.deltas());
      assertThat(items.output()).isEqualTo(run.body().path("output"));
      assertThat(items.output().at("/0/content/0/text"))
          .isEqualTo(whole.at("/output/0/content/0/text"));
      assertThat(run.deltas()).hasSizeGreaterThan(7);
      assertThat(run.body().path("usage").path("output_tokens").asLong())
          .isEqualTo(whole.at("/usage/output_tokens").asLong());
    }
  }

  @Test
  default void shouldCallFunctionsAndGoOnWithWhatTheyReturn() {
    needs(Feature.TOOLS, Feature.STREAMING);
    try (var bench = ContractBench.of(this, b -> b.withExtras(e -> e.withToolCalls(2)))) {
      // Given
      var whole = respond(bench, FLAT_TOOLS).body();
      var streamed = respond(bench, "\"stream\":true," + FLAT_TOOLS);
      var calls = calls(streamed.body());
      var next = body(FLAT_TOOLS);
      ArrayNode input = next.putArray("input");
      input.addObject().put("role", "user").put("content", "Grind.");
      streamed.body().path("output").forEach(input::add);
      for (var call : calls) {
        input
            .addObject()
            .put("type", "function_call_output")
            .put("call_id", call.path("call_id").asText())
            .put("output", "done");
      }
      // When
      var run = respond(bench, next);
      // Then
      for (var output : List.of(calls(whole), calls)) {
        assertThat(output)
            .extracting(call -> call.path("name").asText())
            .containsExactly("grind", "sift");
        assertThat(ContractBench.json(output.getFirst().path("arguments").asText()))
            .isEqualTo(ContractBench.json("{\"grain\":\"water\",\"kilos\":1}"));
      }
      assertThat(ResponseItems.of(streamed.deltas()).output())
          .isEqualTo(streamed.body().path("output"));
      assertThat(text(run.body())).startsWith("the water");
    }
  }

  @Test
  default void shouldFitSchemaOfTextFormat() {
    needs(Feature.JSON_SCHEMA);
    try (var bench = ContractBench.of(this)) {
      // When
      var run =
          respond(
              bench,
              """
              "text":{"format":{"type":"json_schema","name":"report","strict":true,"schema":
               {"type":"object","properties":{"sacks":{"type":"integer"}},"required":["sacks"],
               "additionalProperties":false}}}""");
      // Then
      assertThat(ContractBench.json(text(run.body())))
          .isEqualTo(ContractBench.json("{\"sacks\":1}"));
    }
  }

  @Test
  default void shouldBeIncompleteWhenLimited() {
    needs(Feature.STREAMING);
    try (var bench = ContractBench.of(this, b -> b.withOutputTokens(40))) {
      // When
      var whole = respond(bench, "\"max_output_tokens\":16");
      var streamed = respond(bench, "\"max_output_tokens\":16,\"stream\":true");
      // Then
      for (var run : List.of(whole, streamed)) {
        assertThat(run.outcome().verdict()).isEqualTo(Verdict.INCOMPLETE);
        assertThat(run.body().path("status").asText()).isEqualTo("incomplete");
        assertThat(run.body().at("/incomplete_details/reason").asText())
            .isEqualTo("max_output_tokens");
        assertThat(run.body().at("/output/0/status").asText()).isEqualTo("incomplete");
        assertThat(run.body().path("max_output_tokens").asInt()).isEqualTo(16);
      }
      assertThat(ResponseItems.of(streamed.deltas()).output())
          .isEqualTo(streamed.body().path("output"));
    }
  }

  @Test
  default void shouldFailAsChatDoes() {
    var verdicts =
        List.of(
            List.of(400, Verdict.INVALID),
            List.of(429, Verdict.RATE_LIMITED),
            List.of(500, Verdict.UPSTREAM_FAILURE));
    for (var expected : verdicts) {
      var rule = ErrorRule.always((Integer) expected.getFirst());
      try (var bench = ContractBench.of(this, b -> b.withErrors(rule))) {
        // When
        var run = respond(bench, "");
        // Then
        assertThat(run.failure().verdict()).isEqualTo(expected.getLast());
        assertThat(run.failure().usage()).isNull();
      }
    }
  }

  @Test
  default void shouldSayCutWhenResponseBreaksOff() {
    needs(Feature.STREAMING);
    try (var bench = ContractBench.of(this, b -> b.withCut(1, 3))) {
      // When
      var run = respond(bench, "\"stream\":true");
      // Then
      assertThat(run.failure().verdict()).isEqualTo(Verdict.CUT_STREAM);
      assertThat(run.failure().usage()).isNotNull();
      assertThat(ResponseItems.of(run.deltas()).said()).isEqualTo("the water turns");
    }
  }

  @Test
  default void shouldModerateOrLeaveItToAnotherTarget() {
    try (var bench = ContractBench.of(this)) {
      // When
      var run =
          bench.run(
              "/v1/moderations",
              chatModel(),
              ContractBench.json("{\"model\":\"fast\",\"input\":[\"peace\",\"violence\"]}"));
      // Then
      if (capabilities().has(Feature.MODERATIONS)) {
        assertThat(run.body().path("results").findValuesAsText("flagged"))
            .containsExactly("false", "true");
        assertThat(ChatContract.usage(run).getInputTokens()).isZero();
      } else {
        assertThat(run.failure().verdict()).isEqualTo(Verdict.NOT_FOUND);
        assertThat(run.failure().error().status()).isEqualTo(400);
        assertThat(bench.simulator().stats().outcomes().started()).isZero();
      }
    }
  }

  private static List<JsonNode> calls(JsonNode response) {
    return response
        .path("output")
        .valueStream()
        .filter(item -> item.path("type").asText().equals("function_call"))
        .toList();
  }

  private static String text(JsonNode response) {
    return response.at("/output/0/content/0/text").asText();
  }
}
