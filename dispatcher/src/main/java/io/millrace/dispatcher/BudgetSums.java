package io.millrace.dispatcher;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;

/**
 * What an account has spent and set aside, by period. A hold and its settlement count in the period
 * in which the hold was taken, so that a call over midnight of the last day is held and charged
 * once and in one place.
 *
 * @param periods by name, such as 2026-11
 */
public record BudgetSums(Map<String, Sums> periods) {

  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("yyyy-MM").withZone(ZoneOffset.UTC);

  /** Periods kept, so that a hold of the one before can still end. */
  private static final int PERIODS_MAX = 3;

  static final BudgetSums NONE = new BudgetSums(Map.of());

  public BudgetSums {
    periods = Map.copyOf(periods);
  }

  /** Sums of one period, in USD. */
  public record Sums(BigDecimal heldUsd, BigDecimal inDoubtUsd, BigDecimal settledUsd) {

    static final Sums ZERO = new Sums(Money.ZERO, Money.ZERO, Money.ZERO);

    /** What cannot be spent any more. */
    BigDecimal committedUsd() {
      return heldUsd.add(inDoubtUsd).add(settledUsd);
    }
  }

  static String monthOf(Instant at) {
    return MONTH.format(at);
  }

  Sums of(String period) {
    return periods.getOrDefault(period, Sums.ZERO);
  }

  BudgetSums hold(String period, BigDecimal amount) {
    var sums = of(period);
    return with(period, new Sums(sums.heldUsd().add(amount), sums.inDoubtUsd(), sums.settledUsd()));
  }

  /** The hold ends and the charge, which may be zero, takes its place. */
  BudgetSums settle(String period, BigDecimal hold, boolean wasInDoubt, BigDecimal charge) {
    var sums = of(period);
    var held = wasInDoubt ? sums.heldUsd() : sums.heldUsd().subtract(hold);
    var inDoubt = wasInDoubt ? sums.inDoubtUsd().subtract(hold) : sums.inDoubtUsd();
    return with(period, new Sums(held, inDoubt, sums.settledUsd().add(charge)));
  }

  /** The worker died: the hold stays set aside until a reply says what it cost. */
  BudgetSums doubt(String period, BigDecimal hold) {
    var sums = of(period);
    return with(
        period,
        new Sums(sums.heldUsd().subtract(hold), sums.inDoubtUsd().add(hold), sums.settledUsd()));
  }

  private BudgetSums with(String period, Sums sums) {
    var changed = new HashMap<>(periods);
    changed.put(period, sums);
    if (changed.size() > PERIODS_MAX) {
      changed.entrySet().stream()
          .filter(entry -> entry.getValue().heldUsd().signum() == 0)
          .map(Map.Entry::getKey)
          .min(String::compareTo)
          .ifPresent(changed::remove);
    }
    return new BudgetSums(changed);
  }
}
