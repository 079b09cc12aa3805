package io.millrace.accounting.kafka;

import static io.millrace.accounting.Entries.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.accounting.Entries;
import io.millrace.schemas.BudgetState;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.SpendSummary;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens to calls, and whenever their entries come: what the topics show in the end adds
 * up to what the ledger says, in every length of period.
 */
class AccountingSumsTopologyTest {

  private static final BigDecimal ZERO = Entries.usd("0");

  private final Map<SpendPeriod, Map<String, SpendSummary>> shown =
      new EnumMap<>(SpendPeriod.class);
  private final Set<String> doubtful = new HashSet<>();
  private BigDecimal settled = ZERO;
  private BigDecimal corrected = ZERO;
  private BigDecimal inDoubt = ZERO;
  private BigDecimal held = ZERO;
  private long calls;
  private long inputTokens;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 20261121})
  void shouldAddUpToTheLedgerWhenEntriesComeInAnyOrder(long seed) {
    // Given
    var random = new SplittableRandom(seed);
    var budgets = new HashMap<String, BudgetState>();
    var accounting = AccountingFixture.start(directory.resolve("0"));
    var now = AccountingFixture.NOW;

    // When
    for (int attempt = 0; attempt < 200; attempt++) {
      for (var posted : call(random, attempt, now)) {
        accounting.post(posted);
        record(posted);
      }
      if (random.nextInt(30) == 0) {
        var next = accounting.takenOver(directory.resolve("" + (attempt + 1)), now, "250.00");
        collect(accounting);
        budgets.putAll(accounting.budgets());
        accounting.close();
        accounting = next;
      }
      var pause = Duration.ofSeconds(random.nextInt(5) == 0 ? random.nextInt(1, 20_000) : 1);
      accounting.pass(pause);
      now = now.plus(pause);
    }
    accounting.tick();
    collect(accounting);
    budgets.putAll(accounting.budgets());
    accounting.close();

    // Then
    for (var period : SpendPeriod.values()) {
      var summaries = List.copyOf(shown.getOrDefault(period, Map.of()).values());
      assertThat(sum(summaries, SpendSummary::getCostUsd)).isEqualTo(settled.add(corrected));
      assertThat(sum(summaries, SpendSummary::getInDoubtUsd)).isEqualTo(inDoubt);
      assertThat(summaries.stream().mapToLong(SpendSummary::getCalls).sum()).isEqualTo(calls);
      assertThat(summaries.stream().mapToLong(SpendSummary::getInputTokens).sum())
          .isEqualTo(inputTokens);
    }
    var states = List.copyOf(budgets.values());
    assertThat(sum(states, BudgetState::getSettledUsd)).isEqualTo(settled.add(corrected));
    assertThat(sum(states, BudgetState::getHeldUsd)).isEqualTo(held);
    assertThat(sum(states, BudgetState::getInDoubtUsd)).isEqualTo(inDoubt);
  }

  /** The entries of one call, which may begin up to three days before they are read. */
  private List<LedgerEntry> call(SplittableRandom random, int number, Instant now) {
    var begin = now.minusSeconds(random.nextInt(4) == 0 ? random.nextInt(260_000) : 2);
    var hold = new BigDecimal(random.nextInt(1, 1_000_000)).movePointLeft(6).toPlainString();
    var cost = new BigDecimal(random.nextLong(1_000_000_000_000L)).movePointLeft(14);
    var price = cost.setScale(12, RoundingMode.DOWN).toPlainString();
    var of =
        entry()
            .attempt("req_" + number + ".1")
            .model("model-" + random.nextInt(3))
            .inputTokens(random.nextInt(10_000))
            .budgetPeriod(begin.toString().substring(0, 7))
            .held(hold);
    var entries = new ArrayList<LedgerEntry>();
    entries.add(of.at(begin).hold(hold));
    boolean isInDoubt = random.nextInt(4) == 0;
    if (isInDoubt) {
      entries.add(of.at(begin.plusSeconds(random.nextInt(4_000))).inDoubt(hold));
    }
    var end = begin.plusSeconds(random.nextInt(8_000));
    switch (random.nextInt(6)) {
      case 0 -> entries.add(of.at(end).release(hold));
      case 1 -> {
        // Still running, or still in doubt.
      }
      case 2 -> {
        entries.add(of.at(end).settlement(price));
        entries.add(of.at(end).adjustment("-0.000000000003"));
      }
      default -> entries.add(of.at(end).settlement(price));
    }
    return entries;
  }

  /** The same sums, kept in the plainest way. */
  private void record(LedgerEntry entry) {
    var amount = entry.getAmountUsd();
    switch (entry.getKind()) {
      case HOLD -> held = held.add(amount);
      case IN_DOUBT -> {
        held = held.subtract(amount);
        inDoubt = inDoubt.add(amount);
        doubtful.add(entry.getAttemptId());
      }
      case SETTLEMENT -> {
        end(entry, entry.getHeldUsd());
        settled = settled.add(amount);
        calls++;
        inputTokens += entry.getUsage().orElseThrow().getInputTokens();
      }
      case RELEASE -> end(entry, amount);
      case ADJUSTMENT -> corrected = corrected.add(amount);
    }
  }

  private void end(LedgerEntry entry, BigDecimal hold) {
    if (doubtful.remove(entry.getAttemptId())) {
      inDoubt = inDoubt.subtract(hold);
    } else {
      held = held.subtract(hold);
    }
  }

  private void collect(AccountingFixture accounting) {
    for (var period : SpendPeriod.values()) {
      shown.computeIfAbsent(period, p -> new HashMap<>()).putAll(accounting.spend(period));
    }
  }

  private static <T> BigDecimal sum(List<T> all, Function<T, BigDecimal> amount) {
    return all.stream().map(amount).reduce(ZERO, BigDecimal::add);
  }
}
