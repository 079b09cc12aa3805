package io.millrace.accounting;

import io.millrace.schemas.SpendSummary;
import io.millrace.schemas.Usage;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * An amount of spend, as a sum or as a change of one. Adding is associative and commutative, so the
 * sum of a period is the same in whichever order its entries come.
 *
 * @param calls settled provider calls
 * @param tokens LLM tokens of these calls
 * @param costUsd what was charged
 * @param inDoubtUsd upper bound of what calls in doubt may have cost
 * @param updatedAt time of the newest entry in it
 */
public record Spend(
    long calls, Tokens tokens, BigDecimal costUsd, BigDecimal inDoubtUsd, Instant updatedAt) {

  /** Nothing yet. */
  public static final Spend NONE = new Spend(0, Tokens.NONE, Money.ZERO, Money.ZERO, Instant.EPOCH);

  /** LLM tokens; cached ones are contained in input. */
  public record Tokens(long input, long cachedInput, long output) {

    static final Tokens NONE = new Tokens(0, 0, 0);

    static Tokens of(Usage usage) {
      return new Tokens(
          usage.getInputTokens(), usage.getCachedInputTokens(), usage.getOutputTokens());
    }

    Tokens plus(Tokens other) {
      return new Tokens(
          input + other.input, cachedInput + other.cachedInput, output + other.output);
    }
  }

  static Spend call(Tokens tokens, BigDecimal costUsd, Instant at) {
    return new Spend(1, tokens, costUsd, Money.ZERO, at);
  }

  static Spend correction(BigDecimal costUsd, Instant at) {
    return new Spend(0, Tokens.NONE, costUsd, Money.ZERO, at);
  }

  static Spend doubt(BigDecimal inDoubtUsd, Instant at) {
    return new Spend(0, Tokens.NONE, Money.ZERO, inDoubtUsd, at);
  }

  /** The sum that a summary shows. */
  public static Spend of(SpendSummary summary) {
    return new Spend(
        summary.getCalls(),
        new Tokens(
            summary.getInputTokens(), summary.getCachedInputTokens(), summary.getOutputTokens()),
        summary.getCostUsd(),
        summary.getInDoubtUsd(),
        summary.getUpdatedAt());
  }

  /** Both together. */
  public Spend plus(Spend other) {
    return new Spend(
        calls + other.calls,
        tokens.plus(other.tokens),
        costUsd.add(other.costUsd),
        inDoubtUsd.add(other.inDoubtUsd),
        updatedAt.isAfter(other.updatedAt) ? updatedAt : other.updatedAt);
  }

  /** The record that shows this sum. */
  public SpendSummary summary(SpendKey key, boolean provisional) {
    return new SpendSummary(
        key.period(),
        key.start(),
        key.dimensions().account(),
        key.dimensions().model(),
        key.dimensions().provider(),
        key.dimensions().upstreamModel(),
        calls,
        tokens.input(),
        tokens.cachedInput(),
        tokens.output(),
        costUsd,
        inDoubtUsd,
        provisional,
        updatedAt);
  }
}
