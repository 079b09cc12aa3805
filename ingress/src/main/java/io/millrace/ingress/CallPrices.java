package io.millrace.ingress;

import java.math.BigDecimal;
import java.util.Optional;

/** What calls will cost: the dispatcher's rules, given to ingress by whoever puts both together. */
@FunctionalInterface
public interface CallPrices {

  /** Likely cost, and the most that one attempt can cost. */
  record Range(BigDecimal likelyUsd, BigDecimal worstCaseUsd) {}

  /**
   * Tells the cost of a call; empty when no price is known.
   *
   * @param outputTokens how many it is expected to make
   */
  Optional<Range> of(ModelCall call, long outputTokens);
}
