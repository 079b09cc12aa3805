package io.millrace.accounting;

import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.SpendSummary;
import java.time.Instant;

/** Names one sum of spend: a period and dimensions. */
public record SpendKey(SpendPeriod period, Instant start, Dimensions dimensions) {

  /** The sum that the instant falls into. */
  public static SpendKey at(SpendPeriod period, Instant at, Dimensions dimensions) {
    return new SpendKey(period, Periods.start(period, at), dimensions);
  }

  /** The sum that the summary shows. */
  public static SpendKey of(SpendSummary summary) {
    return new SpendKey(
        summary.getPeriod(),
        summary.getPeriodStart(),
        new Dimensions(
            summary.getAccount(),
            summary.getModel(),
            summary.getProvider(),
            summary.getUpstreamModel()));
  }

  /**
   * Key of the summary in its topic: start, account, model, provider and upstream model, separated
   * by bars. A bar inside a name is written %7C and a percent sign %25, so that two sums never
   * share a key.
   */
  public String text() {
    return String.join(
        "|",
        start.toString(),
        dimensions.account(),
        escaped(dimensions.model()),
        escaped(dimensions.provider()),
        escaped(dimensions.upstreamModel()));
  }

  private static String escaped(String name) {
    return name.indexOf('|') < 0 && name.indexOf('%') < 0
        ? name
        : name.replace("%", "%25").replace("|", "%7C");
  }
}
