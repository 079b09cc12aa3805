package io.millrace.dispatcher;

import io.millrace.schemas.Usage;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.TargetConfig;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/**
 * What calls will cost, told before any is made: by the rules by which they are held and charged.
 */
public final class CallCosts {

  private final Policies policies;

  private CallCosts(Policies policies) {
    this.policies = policies;
  }

  public static CallCosts of(MillraceConfig config) {
    return new CallCosts(Policies.of(config));
  }

  /**
   * A call, as far as its cost goes.
   *
   * @param outputTokensLikely what is expected of it
   * @param outputTokensMax the client's limit over all choices
   */
  public record Call(
      String model,
      long inputTokensLikely,
      long inputTokensMax,
      long outputTokensLikely,
      Optional<Integer> outputTokensMax,
      int choices) {}

  /** What it will cost, if the first target of its route takes it, and the most it can cost. */
  public record Range(BigDecimal likelyUsd, BigDecimal worstCaseUsd) {}

  /** The cost of one attempt; empty when no price of any target is known. */
  public Optional<Range> of(Call call, Instant at) {
    return policies
        .route(call.model())
        .flatMap(
            route ->
                route.targets().stream()
                    .flatMap(target -> likely(target, call, at).stream())
                    .findFirst()
                    .map(
                        likely ->
                            new Range(
                                likely,
                                policies.worstCaseUsd(
                                    route,
                                    call.inputTokensMax(),
                                    call.outputTokensMax(),
                                    call.choices(),
                                    at))));
  }

  private Optional<BigDecimal> likely(TargetConfig target, Call call, Instant at) {
    var usage =
        Usage.newBuilder()
            .setInputTokens(call.inputTokensLikely())
            .setOutputTokens(call.outputTokensLikely())
            .build();
    return policies
        .price(target.provider(), target.model(), at)
        .map(price -> Cost.of(price, usage));
  }
}
