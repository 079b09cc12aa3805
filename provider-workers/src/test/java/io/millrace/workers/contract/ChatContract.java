package io.millrace.workers.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Feature;
import io.millrace.workers.Outcome;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Answers in words: whole, streamed, several, limited, with what was used. */
interface ChatContract extends ContractSubject {

  @Test
  default void shouldAnswerInWordsAndTellUsage() {
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.run("");
      // Then
      var body = run.body();
      assertThat(run.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
      assertThat(body.path("object").asText()).isEqualTo("chat.completion");
      assertThat(body.path("id").asText()).isNotEmpty();
      assertThat(run.choice().path("finish_reason").asText()).isEqualTo("stop");
      assertThat(run.choice().at("/message/role").asText()).isEqualTo("assistant");
      assertThat(run.content()).startsWith("the water turns").hasSizeGreaterThan(60);
      assertUsageIsCounted(bench, run);
      assertThat(body.at("/usage/prompt_tokens").asLong()).isEqualTo(usage(run).getInputTokens());
      assertThat(run.report().upstreamStatus()).hasValue(200);
      assertThat(bench.simulator().requestCalls().values()).containsExactly(1);
    }
  }

  @Test
  default void shouldStreamWhatItWouldAnswer() {
    needs(Feature.STREAMING);
    try (var bench = ContractBench.of(this)) {
      var whole = bench.run("");
      bench.simulator().resetStats();
      // When
      var run = bench.stream("");
      // Then
      assertThat(run.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
      assertThat(said(run.deltas(), 0)).isEqualTo(whole.content());
      assertThat(run.content()).isEqualTo(whole.content());
      assertThat(run.deltas()).hasSizeGreaterThan(2).noneMatch(chunk -> chunk.has("usage"));
      assertOneAnswer(run.deltas());
      assertThat(run.deltas().getFirst().at("/choices/0/delta/role").asText())
          .isEqualTo("assistant");
      assertThat(finishReasons(run.deltas())).containsExactly("stop");
      assertUsageIsCounted(bench, run);
      assertThat(usage(run).getOutputTokens()).isEqualTo(usage(whole).getOutputTokens());
    }
  }

  @Test
  default void shouldEndStreamWithUsageWhenAsked() {
    needs(Feature.STREAMING);
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.stream("\"stream_options\":{\"include_usage\":true}");
      // Then
      var last = run.deltas().getLast();
      assertThat(last.path("choices")).isEmpty();
      assertThat(last.at("/usage/completion_tokens").asLong())
          .isEqualTo(usage(run).getOutputTokens());
    }
  }

  @Test
  default void shouldKeepEverySpeakerOfAConversation() {
    try (var bench = ContractBench.of(this)) {
      // When
      var run =
          bench.run(
              ContractBench.json(
                  """
                  {"model":"fast","messages":[{"role":"developer","content":"Be brief."},
                   {"role":"user","content":[{"type":"text","text":"One"}]},
                   {"role":"assistant","content":"Two"},{"role":"user","content":"Three"}]}"""));
      // Then
      assertThat(run.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
      assertThat(bench.simulator().stats().inputTokens()).isGreaterThan(4);
    }
  }

  @Test
  default void shouldTakeAnImageInline() {
    needs(Feature.IMAGES);
    try (var bench = ContractBench.of(this)) {
      // When
      var run =
          bench.run(
              ContractBench.json(
                  """
                  {"model":"fast","messages":[{"role":"user","content":[
                   {"type":"text","text":"What is this?"},
                   {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}"""));
      // Then
      assertThat(run.content()).startsWith("the water");
    }
  }

  @Test
  default void shouldEndForLengthWhenLimited() {
    try (var bench = ContractBench.of(this)) {
      // When
      var newer = bench.run("\"max_completion_tokens\":3");
      var older = bench.run("\"max_tokens\":3");
      // Then
      for (var run : List.of(newer, older)) {
        assertThat(run.outcome().verdict()).isEqualTo(Verdict.INCOMPLETE);
        assertThat(run.choice().path("finish_reason").asText()).isEqualTo("length");
        assertThat(run.content()).isEqualTo("the water turns");
        assertThat(usage(run).getOutputTokens()).isEqualTo(3);
      }
    }
  }

  @Test
  default void shouldStopAtSequence() {
    needs(Feature.STOP);
    try (var bench = ContractBench.of(this)) {
      // When
      var one = bench.run("\"stop\":\"wheel\"");
      var some = bench.run("\"stop\":[\"no such\",\"turns\"]");
      // Then
      assertThat(one.content().strip()).isEqualTo("the water turns a");
      assertThat(one.choice().path("finish_reason").asText()).isEqualTo("stop");
      assertThat(some.content().strip()).isEqualTo("the water");
    }
  }

  @Test
  default void shouldGiveAsManyChoicesAsAsked() {
    needs(Feature.CHOICES);
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.run("\"n\":3");
      // Then
      var choices = run.body().path("choices");
      assertThat(choices).hasSize(3);
      for (int i = 0; i < 3; i++) {
        assertThat(choices.path(i).path("index").asInt(-1)).isEqualTo(i);
        assertThat(choices.path(i).at("/message/content").asText()).startsWith("the water");
      }
      assertUsageIsCounted(bench, run);
    }
  }

  @Test
  default void shouldStreamAsManyChoicesAsAsked() {
    needs(Feature.CHOICES, Feature.STREAMING);
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.stream("\"n\":2,\"stream_options\":{\"include_usage\":true}");
      // Then
      assertThat(said(run.deltas(), 0)).startsWith("the water").isEqualTo(said(run.deltas(), 1));
      assertThat(run.body().path("choices")).hasSize(2);
      assertThat(finishReasons(run.deltas())).containsExactly("stop", "stop");
      assertOneAnswer(run.deltas());
      assertThat(run.deltas().stream().filter(chunk -> chunk.path("usage").isObject())).hasSize(1);
      assertUsageIsCounted(bench, run);
    }
  }

  @Test
  default void shouldGiveLogprobsWhenAsked() {
    needs(Feature.LOGPROBS);
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.run("\"logprobs\":true,\"top_logprobs\":2");
      // Then
      assertThat(run.choice().at("/logprobs/content").size()).isPositive();
      assertThat(run.choice().at("/logprobs/content/0/logprob").isNumber()).isTrue();
    }
  }

  @Test
  default void shouldTellWhatUsageIsMadeOf() {
    try (var bench =
        ContractBench.of(
            this,
            b ->
                b.withExtras(
                    e ->
                        e.withCachedInputTokens(4)
                            .withCacheWriteTokens(2)
                            .withReasoningTokens(7)))) {
      // When
      var whole = bench.run(reasoning());
      var streamed = capabilities().has(Feature.STREAMING) ? bench.stream(reasoning()) : whole;
      // Then
      for (var run : List.of(whole, streamed)) {
        var used = usage(run);
        assertThat(used.getOutputTokens()).isEqualTo(23);
        assertThat(used.getInputTokens()).isGreaterThan(6);
        assertThat(used.getCachedInputTokens())
            .isEqualTo(told().contains(Told.CACHED_TOKENS) ? 4 : 0);
        assertThat(used.getCacheWriteTokens())
            .isEqualTo(told().contains(Told.CACHE_WRITE_TOKENS) ? 2 : 0);
        assertThat(used.getReasoningTokens())
            .isEqualTo(told().contains(Told.REASONING_TOKENS) ? 7 : 0);
        assertThat(run.content()).startsWith("the water");
      }
    }
  }

  private String reasoning() {
    return capabilities().has(Feature.REASONING_EFFORT) ? "\"reasoning_effort\":\"low\"" : "";
  }

  @Test
  default void shouldSayWhenAFilterEndsTheAnswer() {
    needs(Told.CONTENT_FILTER);
    try (var bench = ContractBench.of(this, b -> b.withExtras(e -> e.withContentFilter(1)))) {
      // When
      var run = bench.run("");
      // Then
      assertThat(run.outcome().verdict()).isEqualTo(Verdict.INCOMPLETE);
      assertThat(run.choice().path("finish_reason").asText()).isEqualTo("content_filter");
    }
  }

  private static void assertUsageIsCounted(ContractBench bench, ContractBench.Run run) {
    var used = usage(run);
    var stats = bench.simulator().stats();
    assertThat(used.getInputTokens()).isEqualTo(stats.inputTokens());
    assertThat(used.getOutputTokens()).isEqualTo(stats.outputTokens());
    assertThat(used.getEstimated()).isFalse();
  }

  static Usage usage(ContractBench.Run run) {
    return switch (run.outcome()) {
      case Outcome.Answer answer -> answer.usage();
      case Outcome.Failure failure -> throw new AssertionError("failed: " + failure.verdict());
    };
  }

  static String said(List<JsonNode> deltas, int choice) {
    return deltas.stream()
        .flatMap(chunk -> chunk.path("choices").valueStream())
        .filter(part -> part.path("index").asInt(-1) == choice)
        .map(part -> part.at("/delta/content").asText(""))
        .collect(Collectors.joining());
  }

  private static List<String> finishReasons(List<JsonNode> deltas) {
    return deltas.stream()
        .flatMap(chunk -> chunk.path("choices").valueStream())
        .map(part -> part.path("finish_reason"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .toList();
  }

  private static void assertOneAnswer(List<JsonNode> deltas) {
    Map<String, Long> heads =
        deltas.stream()
            .collect(
                Collectors.groupingBy(
                    chunk ->
                        chunk.path("id") + " " + chunk.path("created") + " " + chunk.path("model"),
                    Collectors.counting()));
    assertThat(heads).hasSize(1);
    assertThat(deltas)
        .allMatch(chunk -> chunk.path("object").asText().equals("chat.completion.chunk"));
  }
}
