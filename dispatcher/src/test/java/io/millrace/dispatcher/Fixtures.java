package io.millrace.dispatcher;

import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.AttemptStarted;
import io.millrace.schemas.Lane;
import io.millrace.schemas.OnDoubt;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.AccountLimits;
import io.millrace.schemas.config.BudgetConfig;
import io.millrace.schemas.config.CallbacksConfig;
import io.millrace.schemas.config.DispatcherConfig;
import io.millrace.schemas.config.ModelCapabilities;
import io.millrace.schemas.config.PriceConfig;
import io.millrace.schemas.config.RetryConfig;
import io.millrace.schemas.config.RouteConfig;
import io.millrace.schemas.config.TargetConfig;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Values with good defaults, so that a test shows only what matters to it. */
public final class Fixtures {

  public static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  public static final String MODEL = "small";

  private Fixtures() {}

  /**
   * Two providers for one model, with prices that do not come out even. Alpha is small and calls no
   * tools, beta sees no images.
   */
  public static Policies policies(AccountConfig... accounts) {
    var route =
        new RouteConfig(
            MODEL,
            "order",
            List.of(
                new TargetConfig("alpha", "alpha-small"), new TargetConfig("beta", "beta-small")),
            new RetryConfig(4, Duration.ofMillis(500), Duration.ofSeconds(30)));
    return new Policies(
        Map.of(MODEL, route),
        Arrays.stream(accounts).collect(Collectors.toMap(AccountConfig::id, a -> a)),
        new TargetPrices(
            PriceCatalogue.empty()
                .with(
                    List.of(
                        price("alpha", "0.137", "0.611")
                            .withLimits(1_000, 1_000)
                            .withCapabilities(
                                new ModelCapabilities(false, true, null, null, null, null)),
                        price("beta", "0.149", "0.587")
                            .withLimits(4_000, 1_000)
                            .withCapabilities(
                                new ModelCapabilities(true, false, null, null, null, null)))),
            Map.of()),
        DispatcherConfig.defaults(),
        CallbacksConfig.defaults(),
        Map.of("alpha", 4, "beta", 4));
  }

  static PriceConfig price(String provider, String input, String output) {
    return PriceConfig.of(
            provider, provider + "-small", new BigDecimal(input), new BigDecimal(output))
        .withLimits(0, 1_000);
  }

  public static AccountConfig accountWithBudget(String id, String limitUsd) {
    return new AccountConfig(
        id,
        List.of(),
        List.of(new BudgetConfig("monthly", "month", new BigDecimal(limitUsd), true)),
        AccountLimits.defaults(),
        1,
        "");
  }

  public static RequestSubmitted.Builder aRequest(String id) {
    return RequestSubmitted.newBuilder()
        .setRequestId(id)
        .setAccount("acme")
        .setKeyName("ci")
        .setEndpoint("/v1/chat/completions")
        .setModel(MODEL)
        .setLane(Lane.STANDARD)
        .setStream(false)
        .setSubmittedAt(NOW)
        .setFingerprint("f")
        .setOnDoubt(OnDoubt.REPEAT)
        .setInputTokensEstimated(10)
        .setInputTokensMax(40)
        .setOutputTokensMax(100)
        .setBody(bytes("{}"));
  }

  public static AttemptStarted started(AttemptRequested attempt, String incarnation, Instant at) {
    return AttemptStarted.newBuilder()
        .setAttemptId(attempt.getAttemptId())
        .setRequestId(attempt.getRequestId())
        .setAccount(attempt.getAccount())
        .setNumber(attempt.getNumber())
        .setProvider(attempt.getProvider())
        .setWorker("w")
        .setIncarnation(incarnation)
        .setStartedAt(at)
        .setWaitedMs(Math.max(0, Duration.between(attempt.getWrittenAt(), at).toMillis()))
        .build();
  }

  public static AttemptReplied.Builder aReply(
      AttemptRequested attempt, Verdict verdict, Instant at) {
    boolean isAnswer = verdict == Verdict.COMPLETED || verdict == Verdict.INCOMPLETE;
    return AttemptReplied.newBuilder()
        .setAttemptId(attempt.getAttemptId())
        .setRequestId(attempt.getRequestId())
        .setAccount(attempt.getAccount())
        .setNumber(attempt.getNumber())
        .setProvider(attempt.getProvider())
        .setModel(attempt.getModel())
        .setWorker("w")
        .setIncarnation("i")
        .setVerdict(verdict)
        .setHttpStatus(isAnswer ? 200 : 500)
        .setUsage(isAnswer ? usage(33, 71) : null)
        .setErrorCode(isAnswer ? null : "upstream_failure")
        .setStartedAt(at)
        .setRepliedAt(at)
        .setBody(bytes(isAnswer ? "{\"id\":\"chatcmpl-1\"}" : "{\"error\":{}}"));
  }

  public static Usage usage(long input, long output) {
    return Usage.newBuilder().setInputTokens(input).setOutputTokens(output).build();
  }

  public static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
