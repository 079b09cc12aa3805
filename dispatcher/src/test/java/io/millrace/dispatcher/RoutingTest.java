package io.millrace.dispatcher;

import static io.millrace.dispatcher.Fixtures.MODEL;
import static io.millrace.dispatcher.Fixtures.NOW;
import static io.millrace.dispatcher.Fixtures.aReply;
import static io.millrace.dispatcher.Fixtures.aRequest;
import static io.millrace.dispatcher.Fixtures.started;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.dispatcher.DispatcherEvent.Replied;
import io.millrace.dispatcher.DispatcherEvent.Started;
import io.millrace.dispatcher.DispatcherEvent.Submitted;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Need;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.CallbacksConfig;
import io.millrace.schemas.config.DispatcherConfig;
import io.millrace.schemas.config.ModelCapabilities;
import io.millrace.schemas.config.PriceConfig;
import io.millrace.schemas.config.RetryConfig;
import io.millrace.schemas.config.RouteConfig;
import io.millrace.schemas.config.TargetConfig;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** To which target of its route a request goes, and what it is told when it can go to none. */
class RoutingTest {

  private static final PriceConfig TEXT_ONLY =
      target("text-only", 1_000, 100, new ModelCapabilities(false, false, false, null, null, null));
  private static final PriceConfig LARGE =
      target("large", 10_000, 500, new ModelCapabilities(true, true, false, null, null, null));
  private static final PriceConfig UNKNOWN = target("unknown", 0, 0, ModelCapabilities.UNKNOWN);

  @ParameterizedTest
  @CsvSource({
    // input tokens, output tokens, need, provider
    "100,   50,  ,            text-only",
    "1000,  50,  ,            large",
    "20000, 50,  ,            unknown",
    "100,   400, ,            large",
    "100,   900, ,            unknown",
    "100,   50,  TOOLS,       large",
    "100,   50,  VISION,      large",
    "100,   50,  JSON_SCHEMA, unknown",
    "100,   50,  AUDIO,       text-only",
  })
  void shouldSendToTheFirstTargetThatCanServe(
      int input, int output, @Nullable Need need, String provider) {
    // Given
    var dispatcher = dispatcher(TEXT_ONLY, LARGE, UNKNOWN);

    // When
    var decisions = dispatcher.on(new Submitted(request(input, output, need)), NOW);

    // Then
    assertThat(attempt(decisions)).map(AttemptRequested::getProvider).contains(provider);
    assertThat(result(decisions)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    // input tokens, output tokens, need, code, what the message names
    "15000, 50,  ,            context_length_exceeded, 10000",
    "100,   501, ,            invalid_value,           500",
    "100,   50,  JSON_SCHEMA, unsupported_parameter,   response_format",
  })
  void shouldRefuseAndChargeNothingWhenNoTargetCanServe(
      int input, int output, @Nullable Need need, String code, String named) {
    // Given
    var dispatcher = dispatcher(TEXT_ONLY, LARGE);

    // When
    var decisions = dispatcher.on(new Submitted(request(input, output, need)), NOW);

    // Then
    assertThat(decisions).singleElement().isInstanceOf(Decision.PublishResult.class);
    var result = result(decisions).orElseThrow();
    assertThat(result.getStatus()).isEqualTo(RequestStatus.FAILED);
    assertThat(result.getHttpStatus()).isEqualTo(400);
    assertThat(result.getErrorCode()).contains(code);
    assertThat(result.getAttempts()).isZero();
    assertThat(result.getCostUsd()).isZero();
    assertThat(new String(result.getBody().array(), UTF_8)).contains(named);
  }

  @Test
  void shouldTryTheTargetThatMayJustDoWhenNoneSurelyDoes() {
    // Given
    var dispatcher = dispatcher(TEXT_ONLY, LARGE);

    // When
    var decisions = dispatcher.on(new Submitted(request(12_000, 50, null)), NOW);

    // Then
    assertThat(attempt(decisions)).map(AttemptRequested::getProvider).contains("large");
  }

  @Test
  void shouldGoOnToALargerWindowWhenTheProviderFindsTheInputTooLong() {
    // Given
    var dispatcher = dispatcher(TEXT_ONLY, UNKNOWN, LARGE);
    var first = attempt(dispatcher.on(new Submitted(request(800, 50, null)), NOW)).orElseThrow();

    // When
    var second = attempt(replied(dispatcher, first, Verdict.CONTEXT_TOO_LONG)).orElseThrow();
    var end = replied(dispatcher, second, Verdict.CONTEXT_TOO_LONG);

    // Then
    assertThat(first.getProvider()).isEqualTo("text-only");
    assertThat(second.getProvider()).isEqualTo("large");
    assertThat(attempt(end)).isEmpty();
    assertThat(result(end)).map(RequestResult::getStatus).contains(RequestStatus.FAILED);
  }

  @Test
  void shouldPassOverTheTargetThatCannotServeWhenItTriesAgain() {
    // Given
    var dispatcher = dispatcher(LARGE, TEXT_ONLY, UNKNOWN);
    var first =
        attempt(dispatcher.on(new Submitted(request(100, 50, Need.TOOLS)), NOW)).orElseThrow();

    // When
    var second = attempt(replied(dispatcher, first, Verdict.UNAUTHORISED)).orElseThrow();
    var end = replied(dispatcher, second, Verdict.UNAUTHORISED);

    // Then
    assertThat(second.getProvider()).isEqualTo("unknown");
    assertThat(attempt(end)).isEmpty();
    assertThat(result(end)).isPresent();
  }

  @Test
  void shouldTellWhatTheAnsweringAttemptDropped() {
    // Given
    var dispatcher = dispatcher(LARGE);
    var sent = attempt(dispatcher.on(new Submitted(request(100, 50, null)), NOW)).orElseThrow();
    dispatcher.on(new Started(started(sent, "i", NOW)), NOW);

    // When
    var decisions =
        dispatcher.on(
            new Replied(
                aReply(sent, Verdict.COMPLETED, NOW)
                    .setDroppedParameters(List.of("seed", "logit_bias"))
                    .build()),
            NOW);

    // Then
    assertThat(result(decisions).orElseThrow().getDroppedParameters())
        .containsExactly("seed", "logit_bias");
  }

  private static List<Decision> replied(
      Dispatcher dispatcher, AttemptRequested attempt, Verdict verdict) {
    dispatcher.on(new Started(started(attempt, "i", NOW)), NOW);
    return dispatcher.on(new Replied(aReply(attempt, verdict, NOW).build()), NOW);
  }

  private static RequestSubmitted request(int input, int output, @Nullable Need need) {
    return aRequest("req_1")
        .setContextTokensEstimated(input)
        .setOutputTokensMax(output)
        .setNeeds(Optional.ofNullable(need).stream().toList())
        .build();
  }

  private static PriceConfig target(
      String provider, int window, int outputMax, ModelCapabilities capabilities) {
    return PriceConfig.of(provider, "m", BigDecimal.ONE, BigDecimal.TEN)
        .withLimits(window, outputMax)
        .withCapabilities(capabilities);
  }

  private static Dispatcher dispatcher(PriceConfig... targets) {
    var route =
        new RouteConfig(
            MODEL,
            "order",
            Arrays.stream(targets).map(t -> new TargetConfig(t.provider(), t.model())).toList(),
            new RetryConfig(4, Duration.ofMillis(500), Duration.ofSeconds(30)));
    var policies =
        new Policies(
            Map.of(MODEL, route),
            Map.<String, AccountConfig>of(),
            new TargetPrices(PriceCatalogue.empty().with(List.of(targets)), Map.of()),
            DispatcherConfig.defaults(),
            CallbacksConfig.defaults(),
            Arrays.stream(targets).collect(Collectors.toMap(PriceConfig::provider, t -> 4)));
    return new Dispatcher(policies, new MemoryState());
  }

  private static Optional<AttemptRequested> attempt(List<Decision> decisions) {
    return first(
        decisions, d -> d instanceof Decision.WriteAttempt w ? Optional.of(w.attempt()) : none());
  }

  private static Optional<RequestResult> result(List<Decision> decisions) {
    return first(
        decisions, d -> d instanceof Decision.PublishResult p ? Optional.of(p.result()) : none());
  }

  private static <T> Optional<T> none() {
    return Optional.empty();
  }

  private static <T> Optional<T> first(
      List<Decision> decisions, Function<Decision, Optional<T>> wanted) {
    return decisions.stream().flatMap(d -> wanted.apply(d).stream()).findFirst();
  }
}
