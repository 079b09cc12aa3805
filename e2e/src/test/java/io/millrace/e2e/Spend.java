package io.millrace.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.SpendSummary;
import io.millrace.testkit.TopicReader;
import java.math.BigDecimal;
import java.util.function.Predicate;

/**
 * What was spent, from both sides: the product's own topics, and what the provider counted at its
 * price.
 */
record Spend(BigDecimal inputUsdPerMTok, BigDecimal outputUsdPerMTok) {

  private static final int DECIMALS = 12;

  static Spend price(String input, String output) {
    return new Spend(new BigDecimal(input), new BigDecimal(output));
  }

  /** The provider's view: {@code counted} is one model of the simulator's counts. */
  BigDecimal of(JsonNode counted) {
    return of(counted.path("inputTokens").asLong(), counted.path("outputTokens").asLong());
  }

  BigDecimal of(long inputTokens, long outputTokens) {
    return inputUsdPerMTok
        .multiply(BigDecimal.valueOf(inputTokens))
        .add(outputUsdPerMTok.multiply(BigDecimal.valueOf(outputTokens)))
        .movePointLeft(6)
        .setScale(DECIMALS);
  }

  /** The product's view of a month: the newest summaries that fit. */
  static BigDecimal reported(TopicReader topics, Predicate<SpendSummary> fits) {
    return topics
        .latest(topics.topics().spend(SpendPeriod.MONTH).name(), SpendSummary.class)
        .values()
        .stream()
        .filter(fits)
        .map(SpendSummary::getCostUsd)
        .reduce(BigDecimal.ZERO.setScale(DECIMALS), BigDecimal::add);
  }
}
