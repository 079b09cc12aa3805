package io.millrace.accounting;

import io.millrace.schemas.BudgetState;
import java.math.BigDecimal;

/**
 * How much of a budget is taken up, as a sum or as a change of one.
 *
 * @param heldUsd set aside for running calls
 * @param inDoubtUsd set aside for calls in doubt
 * @param settledUsd spent
 */
public record BudgetUse(BigDecimal heldUsd, BigDecimal inDoubtUsd, BigDecimal settledUsd) {

  /** Nothing yet. */
  public static final BudgetUse NONE = new BudgetUse(Money.ZERO, Money.ZERO, Money.ZERO);

  /** What a state shows. */
  public static BudgetUse of(BudgetState state) {
    return new BudgetUse(state.getHeldUsd(), state.getInDoubtUsd(), state.getSettledUsd());
  }

  /** Both together. */
  public BudgetUse plus(BudgetUse other) {
    return new BudgetUse(
        heldUsd.add(other.heldUsd),
        inDoubtUsd.add(other.inDoubtUsd),
        settledUsd.add(other.settledUsd));
  }

  static BudgetUse held(BigDecimal amount) {
    return new BudgetUse(amount, Money.ZERO, Money.ZERO);
  }

  static BudgetUse inDoubt(BigDecimal amount) {
    return new BudgetUse(Money.ZERO, amount, Money.ZERO);
  }

  static BudgetUse settled(BigDecimal amount) {
    return new BudgetUse(Money.ZERO, Money.ZERO, amount);
  }
}
