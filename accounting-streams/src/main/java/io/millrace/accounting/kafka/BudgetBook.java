package io.millrace.accounting.kafka;

import io.millrace.accounting.BudgetUse;
import io.millrace.accounting.Periods;
import io.millrace.accounting.Posting;
import io.millrace.schemas.BudgetState;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.config.BudgetConfig;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The states of the budgets of one partition's accounts, for show: what they decide is decided by
 * the dispatcher. Entries of a call to which no budget applied name no budget period and are left
 * out.
 *
 * <p>Which states have changed since they were last shown is known in memory only. After a restart
 * those of this month and the one before are shown again, also so that a changed limit appears; a
 * change of an older one is shown at once.
 */
final class BudgetBook {

  /** Changed states remembered between two emissions; more are shown early. */
  private static final int CHANGED_MAX = 10_000;

  private static final int SCALE = 12;

  private final KeyValueStore<String, BudgetState> states;
  private final Map<String, List<BudgetConfig>> budgets;
  private final Consumer<BudgetState> output;
  private final Set<String> changed = new HashSet<>();

  /**
   * @param budgets the budgets of each account that has any
   */
  BudgetBook(
      KeyValueStore<String, BudgetState> states,
      Map<String, List<BudgetConfig>> budgets,
      Consumer<BudgetState> output) {
    this.states = states;
    this.budgets = budgets;
    this.output = output;
  }

  void post(Posting posting, Instant now) {
    var entry = posting.entry();
    var period = entry.getBudgetPeriod().orElse("");
    if (period.isEmpty()) {
      return;
    }
    for (var budget : budgets.getOrDefault(entry.getAccount(), List.of())) {
      var name = String.join("|", period, entry.getAccount(), budget.name());
      var shown = states.get(name);
      var use = (shown == null ? BudgetUse.NONE : BudgetUse.of(shown)).plus(posting.budget());
      var updatedAt =
          shown == null || entry.getOccurredAt().isAfter(shown.getUpdatedAt())
              ? entry.getOccurredAt()
              : shown.getUpdatedAt();
      var state = state(entry, period, budget, use, updatedAt);
      states.put(name, state);
      if (period.compareTo(Periods.monthBefore(now)) < 0) {
        output.accept(state);
      } else {
        remember(name);
      }
    }
  }

  private void remember(String name) {
    changed.add(name);
    if (changed.size() >= CHANGED_MAX) {
      emitChanged();
    }
  }

  /** Shows the states that have changed since the last time. */
  void emitChanged() {
    for (var name : changed) {
      output.accept(states.get(name));
    }
    changed.clear();
  }

  /** Shows the states of this month and the one before, with their limits as configured now. */
  void emitRecent(Instant now) {
    try (var recent = states.range(Periods.monthBefore(now), null)) {
      recent.forEachRemaining(entry -> output.accept(configured(entry.value)));
    }
    changed.clear();
  }

  private BudgetState configured(BudgetState state) {
    return budgets.getOrDefault(state.getAccount(), List.of()).stream()
        .filter(budget -> budget.name().equals(state.getBudget()))
        .findFirst()
        .map(
            budget ->
                BudgetState.newBuilder(state)
                    .setLimitUsd(budget.limitUsd().setScale(SCALE, RoundingMode.DOWN))
                    .setHard(budget.hard())
                    .build())
        .orElse(state);
  }

  private static BudgetState state(
      LedgerEntry entry, String period, BudgetConfig budget, BudgetUse use, Instant updatedAt) {
    return new BudgetState(
        entry.getAccount(),
        budget.name(),
        period,
        budget.limitUsd().setScale(SCALE, RoundingMode.DOWN),
        use.heldUsd(),
        use.inDoubtUsd(),
        use.settledUsd(),
        budget.hard(),
        updatedAt);
  }
}
