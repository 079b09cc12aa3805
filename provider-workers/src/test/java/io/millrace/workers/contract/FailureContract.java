package io.millrace.workers.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.schemas.Verdict;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.RateLimit;
import io.millrace.simulator.script.SimulatorScript;
import io.millrace.workers.Feature;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What goes wrong, and what cannot be had. */
interface FailureContract extends ContractSubject {

  String TOO_LONG =
      "This model's maximum context length is 8192 tokens, but the prompt is too long:"
          + " input token count exceeds the maximum. Input is too long for requested model.";

  /** Fields that only tune an answer, each asking for something. */
  private static Map<Feature, String> tuning() {
    var fields = new EnumMap<Feature, String>(Feature.class);
    fields.put(Feature.TEMPERATURE, "\"temperature\":0.7");
    fields.put(Feature.TOP_P, "\"top_p\":0.9");
    fields.put(Feature.STOP, "\"stop\":[\"xyz\"]");
    fields.put(Feature.SEED, "\"seed\":7");
    fields.put(Feature.LOGIT_BIAS, "\"logit_bias\":{\"50256\":-1}");
    fields.put(Feature.PENALTIES, "\"frequency_penalty\":0.5");
    fields.put(Feature.VERBOSITY, "\"verbosity\":\"low\"");
    fields.put(Feature.USER, "\"user\":\"someone\"");
    fields.put(Feature.SERVICE_TIER, "\"service_tier\":\"flex\"");
    fields.put(Feature.PREDICTION, "\"prediction\":{\"type\":\"content\",\"content\":\"x\"}");
    fields.put(Feature.PROMPT_CACHE, "\"prompt_cache_key\":\"k\"");
    fields.put(Feature.STORED, "\"metadata\":{\"a\":\"b\"}");
    return fields;
  }

  private static String nameOf(String field) {
    return field.substring(1, field.indexOf('"', 1));
  }

  @Test
  default void shouldDropWhatProviderLacks() {
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.run(String.join(",", tuning().values()));
      // Then
      assertThat(run.content()).startsWith("the water");
      for (var field : tuning().entrySet()) {
        if (!capabilities().has(field.getKey())) {
          assertThat(run.dropped()).contains(nameOf(field.getValue()));
        }
      }
    }
  }

  @Test
  default void shouldDropNothingThatProviderHas() {
    try (var bench = ContractBench.of(this).rejecting()) {
      // When
      var run =
          bench.run(
              tuning().entrySet().stream()
                  .filter(field -> capabilities().has(field.getKey()))
                  .map(Map.Entry::getValue)
                  .collect(Collectors.joining(",")));
      // Then
      assertThat(run.content()).startsWith("the water");
      assertThat(run.dropped()).isEmpty();
    }
  }

  @Test
  default void shouldRejectWhatProviderLacksWhenToldTo() {
    var lacking =
        tuning().entrySet().stream()
            .filter(field -> !capabilities().has(field.getKey()))
            .map(Map.Entry::getValue)
            .findFirst();
    assumeThat(lacking).isPresent();
    try (var bench = ContractBench.of(this).rejecting()) {
      // When
      var failure = bench.run(lacking.orElseThrow()).failure();
      // Then
      assertThat(failure.verdict()).isEqualTo(Verdict.INVALID);
      assertThat(failure.error().status()).isEqualTo(400);
      assertThat(failure.error().code()).isEqualTo("unsupported_parameter");
      assertThat(failure.error().param()).isEqualTo(nameOf(lacking.orElseThrow()));
      assertThat(bench.simulator().stats().outcomes().started()).isZero();
    }
  }

  @Test
  default void shouldRefuseEndpointThatProviderDoesNotServe() {
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.run("/v1/images/generations", chatModel(), ContractBench.chat(""));
      // Then
      assertThat(run.failure().verdict()).isEqualTo(Verdict.INVALID);
      assertThat(bench.simulator().stats().outcomes().started()).isZero();
    }
  }

  @Test
  default void shouldJudgeEveryErrorStatus() {
    var verdicts =
        Map.of(
            400, Verdict.INVALID,
            401, Verdict.UNAUTHORISED,
            403, Verdict.UNAUTHORISED,
            429, Verdict.RATE_LIMITED,
            500, Verdict.UPSTREAM_FAILURE,
            503, Verdict.OVERLOADED);
    for (var expected : verdicts.entrySet()) {
      try (var bench =
          ContractBench.of(this, b -> b.withErrors(ErrorRule.always(expected.getKey())))) {
        // When
        var whole = bench.run("");
        var streamed = capabilities().has(Feature.STREAMING) ? bench.stream("") : whole;
        // Then
        assertThat(whole.failure().verdict())
            .as("status %s", expected.getKey())
            .isEqualTo(expected.getValue());
        assertThat(streamed.failure().verdict()).isEqualTo(expected.getValue());
        assertThat(streamed.deltas()).isEmpty();
        assertThat(whole.failure().usage()).isNull();
      }
    }
  }

  @Test
  default void shouldSayNotFoundWhenModelIsUnknown() {
    try (var bench = ContractBench.of(this)) {
      bench.script(SimulatorScript.defaults().withOnlyListedModels(true));
      // When
      var failure = bench.run("").failure();
      // Then
      assertThat(failure.verdict()).isEqualTo(Verdict.NOT_FOUND);
      assertThat(failure.error().status()).isEqualTo(404);
    }
  }

  @Test
  default void shouldSayWhenContextIsTooLong() {
    var rule = ErrorRule.always(400).withText(new ErrorRule.Text("", "", TOO_LONG));
    try (var bench = ContractBench.of(this, b -> b.withErrors(rule))) {
      // When
      var failure = bench.run("").failure();
      // Then
      assertThat(failure.verdict()).isEqualTo(Verdict.CONTEXT_TOO_LONG);
      assertThat(failure.error().status()).isEqualTo(400);
      assertThat(failure.error().code()).isEqualTo("context_length_exceeded");
    }
  }

  @Test
  default void shouldCarryTheWaitWhenRateLimited() {
    needs(Told.WAIT);
    try (var bench = ContractBench.of(this, b -> b.withRateLimit(new RateLimit(1, 0, 0)))) {
      bench.run("");
      // When
      var failure = bench.run("").failure();
      // Then
      assertThat(failure.verdict()).isEqualTo(Verdict.RATE_LIMITED);
      assertThat(failure.error().status()).isEqualTo(429);
      assertThat(failure.retryAfter()).isPositive();
    }
  }

  @Test
  default void shouldReadTheProvidersLimits() {
    needs(Told.LIMITS);
    try (var bench = ContractBench.of(this, b -> b.withRateLimit(new RateLimit(50, 10_000, 0)))) {
      // When
      var limits = bench.run("").report().limits();
      // Then
      assertThat(limits.isNone()).isFalse();
      assertThat(limits.tokens().remaining()).isBetween(1L, 9_999L);
    }
  }

  @Test
  default void shouldTryAnotherKeyWhenOneIsRefused() {
    try (var bench = ContractBench.of(this).withKeys("key-wrong", "key-right")) {
      // When
      var run = bench.run("");
      // Then
      assertThat(run.content()).startsWith("the water");
      assertThat(bench.simulator().stats().outcomes().failed()).isEqualTo(1);
    }
  }

  @Test
  default void shouldHideWhatIsSaidOfTheKey() {
    try (var bench = ContractBench.of(this).withKeys("key-wrong")) {
      // When
      var failure = bench.run("").failure();
      // Then
      assertThat(failure.verdict()).isEqualTo(Verdict.UNAUTHORISED);
      assertThat(failure.error().status()).isEqualTo(502);
      assertThat(failure.error().message()).doesNotContain("key-wrong");
    }
  }

  @Test
  default void shouldSayCutWhenStreamBreaksOff() {
    needs(Feature.STREAMING);
    try (var bench = ContractBench.of(this, b -> b.withCut(1, 3))) {
      // When
      var run = bench.stream("");
      // Then
      assertThat(run.failure().verdict()).isEqualTo(Verdict.CUT_STREAM);
      assertThat(ChatContract.said(run.deltas(), 0)).isEqualTo("the water turns");
    }
  }

  @Test
  default void shouldFailWhenWholeAnswerBreaksOff() {
    try (var bench = ContractBench.of(this, b -> b.withCut(1, 1))) {
      // When
      var failure = bench.run("").failure();
      // Then
      assertThat(failure.verdict()).isEqualTo(Verdict.UPSTREAM_FAILURE);
    }
  }
}
