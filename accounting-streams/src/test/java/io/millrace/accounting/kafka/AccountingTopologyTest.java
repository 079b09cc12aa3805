package io.millrace.accounting.kafka;

import static io.millrace.accounting.Entries.entry;
import static io.millrace.accounting.Entries.usd;
import static io.millrace.schemas.SpendPeriod.DAY;
import static io.millrace.schemas.SpendPeriod.HOUR;
import static io.millrace.schemas.SpendPeriod.MONTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.BudgetState;
import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.SpendSummary;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountingTopologyTest {

  private static final String DIMENSIONS = "|acme|gpt-4o-mini|openai|gpt-4o-mini-2026";
  private static final String TEN = "2026-11-21T10:00:00Z";
  private static final String TODAY = "2026-11-21T00:00:00Z";
  private static final String THIS_MONTH = "2026-11-01T00:00:00Z";

  @TempDir Path directory;
  private AccountingFixture accounting;

  @BeforeEach
  void start() {
    accounting = AccountingFixture.start(directory.resolve("first"));
  }

  @AfterEach
  void stop() {
    accounting.close();
  }

  @Test
  void shouldShowEachPeriodOnceWhenCallsAreSettled() {
    // When
    accounting.post(
        entry().attempt("req_1.1").at("2026-11-21T10:15:00Z").settlement("0.10"),
        entry().attempt("req_2.1").at("2026-11-21T10:16:00Z").settlement("0.000000000001"));
    accounting.tick();

    // Then
    var at = "2026-11-21T10:16:00Z";
    var cost = "0.100000000001";
    assertThat(accounting.allSpend(HOUR)).containsExactly(summary(HOUR, TEN, 2, cost, "0", at));
    assertThat(accounting.spend(DAY))
        .isEqualTo(Map.of(TODAY + DIMENSIONS, summary(DAY, TODAY, 2, cost, "0", at)));
    assertThat(accounting.spend(MONTH))
        .isEqualTo(Map.of(THIS_MONTH + DIMENSIONS, summary(MONTH, THIS_MONTH, 2, cost, "0", at)));
  }

  @Test
  void shouldShowNothingWhenNothingHasChanged() {
    // Given
    accounting.post(entry().settlement("1"));
    accounting.tick();
    accounting.allSpend(HOUR);

    // When
    accounting.tick();

    // Then
    assertThat(accounting.allSpend(HOUR)).isEmpty();
    assertThat(accounting.budgets()).isEmpty();
  }

  @Test
  void shouldKeepSumsApartWhenAccountModelOrHourDiffer() {
    // When
    accounting.post(
        entry().settlement("1"),
        entry().attempt("req_2.1").of("globex").settlement("2"),
        entry().attempt("req_3.1").model("gpt-4o").settlement("4"),
        entry().attempt("req_4.1").at("2026-11-21T11:00:00Z").settlement("8"));
    accounting.tick();

    // Then
    assertThat(accounting.spend(HOUR).keySet())
        .containsExactlyInAnyOrder(
            TEN + "|acme|gpt-4o-mini|openai|gpt-4o-mini-2026",
            TEN + "|globex|gpt-4o-mini|openai|gpt-4o-mini-2026",
            TEN + "|acme|gpt-4o|openai|gpt-4o-2026",
            "2026-11-21T11:00:00Z|acme|gpt-4o-mini|openai|gpt-4o-mini-2026");
    assertThat(accounting.allSpend(DAY))
        .extracting(SpendSummary::getCostUsd)
        .containsExactlyInAnyOrder(usd("9"), usd("2"), usd("4"));
  }

  @Test
  void shouldTakeADoubtBackFromItsHourWhenItIsSettledInALaterOne() {
    // Given
    accounting.post(entry().at("2026-11-21T10:15:00Z").inDoubt("5"));
    accounting.tick();
    var doubtful = accounting.spend(HOUR);

    // When
    accounting.post(entry().at("2026-11-21T11:05:00Z").held("5").settlement("2"));
    accounting.tick();

    // Then
    assertThat(doubtful)
        .isEqualTo(
            Map.of(TEN + DIMENSIONS, summary(HOUR, TEN, 0, "0", "5", "2026-11-21T10:15:00Z")));
    var eleven = "2026-11-21T11:00:00Z";
    var settledAt = "2026-11-21T11:05:00Z";
    assertThat(accounting.spend(HOUR))
        .isEqualTo(
            Map.of(
                TEN + DIMENSIONS, summary(HOUR, TEN, 0, "0", "0", settledAt),
                eleven + DIMENSIONS, summary(HOUR, eleven, 1, "2", "0", settledAt)));
    assertThat(accounting.doubts()).isZero();
  }

  @Test
  void shouldTakeADoubtBackWhenItIsReleased() {
    // Given
    accounting.post(entry().inDoubt("5"));

    // When
    accounting.post(entry().release("5"));
    accounting.tick();

    // Then
    assertThat(accounting.spend(HOUR).values())
        .extracting(SpendSummary::getInDoubtUsd)
        .containsExactly(usd("0"));
    assertThat(accounting.doubts()).isZero();
  }

  @Test
  void shouldForgetADoubtWhenNobodyEndsItInFortyDays() {
    // Given
    accounting.post(entry().inDoubt("5"));
    accounting.tick();

    // When
    accounting.pass(Duration.ofDays(39));
    long remembered = accounting.doubts();
    accounting.pass(Duration.ofDays(2));

    // Then
    assertThat(remembered).isOne();
    assertThat(accounting.doubts()).isZero();
    assertThat(accounting.spend(MONTH).values())
        .extracting(SpendSummary::getInDoubtUsd)
        .containsExactly(usd("5"));
  }

  @Test
  void shouldCloseAPeriodOnceWhenTheLedgerIsAnHourPastItsEnd() {
    // Given
    accounting.post(entry().at("2026-11-21T07:15:00Z").settlement("1"));
    accounting.tick();
    accounting.post(entry().attempt("req_2.1").at("2026-11-21T08:59:59.999Z").settlement("2"));
    accounting.tick();
    var before = accounting.allSpend(HOUR);

    // When
    accounting.post(entry().attempt("req_3.1").at("2026-11-21T09:00:00Z").settlement("4"));
    accounting.tick();
    accounting.tick();

    // Then
    assertThat(before).hasSize(2).allMatch(SpendSummary::getProvisional);
    var seven = "2026-11-21T07:00:00Z";
    var nine = "2026-11-21T09:00:00Z";
    assertThat(accounting.allSpend(HOUR))
        .containsExactly(
            summary(HOUR, nine, 1, "4", "0", nine),
            closed(summary(HOUR, seven, 1, "1", "0", "2026-11-21T07:15:00Z")));
    assertThat(accounting.allSpend(DAY)).allMatch(SpendSummary::getProvisional);
  }

  @Test
  void shouldCloseByTheWallClockWhenTheLedgerIsQuiet() {
    // Given
    accounting.post(entry().at("2026-11-21T10:15:00Z").settlement("1"));

    // When
    accounting.pass(Duration.between(AccountingFixture.NOW, Instant.parse("2026-11-21T12:00:00Z")));

    // Then
    var open = summary(HOUR, TEN, 1, "1", "0", "2026-11-21T10:15:00Z");
    assertThat(accounting.allSpend(HOUR)).containsExactly(open, closed(open));
  }

  @Test
  void shouldNotCloseByTheWallClockWhenOldEntriesAreStillBeingRead() {
    // When
    accounting.post(entry().at("2026-11-19T10:15:00Z").settlement("1"));
    accounting.tick();
    accounting.post(entry().attempt("req_2.1").at("2026-11-19T10:20:00Z").settlement("2"));
    accounting.tick();

    // Then
    assertThat(accounting.allSpend(HOUR))
        .allMatch(SpendSummary::getProvisional)
        .extracting(SpendSummary::getCostUsd)
        .containsExactly(usd("1"), usd("3"));
  }

  @Test
  void shouldAdjustAtOnceWhenAnEntryIsLateForAClosedPeriod() {
    // Given
    accounting.post(entry().at("2026-11-21T10:15:00Z").settlement("1"));
    accounting.pass(Duration.ofHours(2));
    accounting.allSpend(HOUR);

    // When
    accounting.post(entry().attempt("req_2.1").at("2026-11-21T10:59:00Z").settlement("2"));

    // Then
    assertThat(accounting.allSpend(HOUR))
        .containsExactly(closed(summary(HOUR, TEN, 2, "3", "0", "2026-11-21T10:59:00Z")));
    assertThat(accounting.metrics.counter("millrace.accounting.late").count()).isOne();
  }

  @Test
  void shouldBeginAClosedSumWhenTheFirstEntryOfItIsLate() {
    // Given
    accounting.pass(Duration.ofHours(2));

    // When
    accounting.post(entry().at("2026-11-21T10:15:00Z").settlement("1"));

    // Then
    assertThat(accounting.allSpend(HOUR))
        .containsExactly(closed(summary(HOUR, TEN, 1, "1", "0", "2026-11-21T10:15:00Z")));
  }

  @Test
  void shouldAdjustWhenAnEntryIsLateForAPeriodClosedBeforeARestart() {
    // Given
    accounting.post(entry().at("2026-11-21T10:15:00Z").settlement("1"));
    accounting.pass(Duration.ofHours(2));
    var now = AccountingFixture.NOW.plus(Duration.ofHours(2));

    try (var next = accounting.takenOver(directory.resolve("next"), now, "250.00")) {
      // When
      next.post(entry().attempt("req_2.1").at("2026-11-21T10:59:00Z").adjustment("-0.5"));

      // Then
      assertThat(next.allSpend(HOUR))
          .containsExactly(closed(summary(HOUR, TEN, 1, "0.5", "0", "2026-11-21T10:59:00Z")));
    }
  }

  @Test
  void shouldShowOpenSumsAgainWhenItDiedBeforeItShowedThem() {
    // Given
    accounting.post(
        entry().budgetPeriod("2026-11").hold("5"),
        entry().budgetPeriod("2026-11").held("5").settlement("2"));

    // When
    try (var next =
        accounting.takenOver(directory.resolve("next"), AccountingFixture.NOW, "300.00")) {
      next.tick();

      // Then
      assertThat(next.allSpend(HOUR))
          .containsExactly(summary(HOUR, TEN, 1, "2", "0", "2026-11-21T10:15:00Z"));
      assertThat(next.allSpend(DAY)).hasSize(1);
      assertThat(next.allSpend(MONTH)).hasSize(1);
      assertThat(next.budgets().values())
          .containsExactly(state("300", "0", "0", "2", "2026-11-21T10:15:00Z"));
    }
  }

  @Test
  void shouldCloseALotWhenAnHourHadManySums() {
    // Given
    for (int i = 0; i < 1_203; i++) {
      accounting.post(entry().attempt("req_" + i + ".1").model("model-" + i).settlement("1"));
    }
    accounting.tick();
    accounting.allSpend(HOUR);

    // When
    accounting.pass(Duration.ofHours(2));

    // Then
    assertThat(accounting.allSpend(HOUR)).hasSize(1_203).noneMatch(SpendSummary::getProvisional);
  }

  @Test
  void shouldFollowABudgetWhenCallsAreHeldAndEnd() {
    // Given
    var november = entry().budgetPeriod("2026-11").held("5");

    // When
    accounting.post(
        november.attempt("req_1.1").hold("5"),
        november.attempt("req_2.1").hold("5"),
        november.attempt("req_3.1").hold("5"),
        november.attempt("req_4.1").hold("5"),
        november.attempt("req_5.1").hold("5"),
        november.attempt("req_1.1").settlement("2"),
        november.attempt("req_2.1").release("5"),
        november.attempt("req_3.1").inDoubt("5"),
        november.attempt("req_4.1").inDoubt("5"),
        november.attempt("req_4.1").at("2026-11-21T10:18:00Z").settlement("1"));
    accounting.tick();

    // Then
    assertThat(accounting.budgets())
        .isEqualTo(
            Map.of("acme|monthly|2026-11", state("250", "5", "5", "3", "2026-11-21T10:18:00Z")));
  }

  @Test
  void shouldLeaveBudgetsAloneWhenNoneApplies() {
    // When
    accounting.post(
        entry().settlement("1"),
        entry().attempt("req_2.1").of("globex").budgetPeriod("2026-11").hold("5"));
    accounting.tick();

    // Then
    assertThat(accounting.budgets()).isEmpty();
  }

  @Test
  void shouldShowABudgetAtOnceWhenItsPeriodIsLongOver() {
    // When
    accounting.post(entry().budgetPeriod("2026-09").adjustment("1"));

    // Then
    assertThat(accounting.budgets().keySet()).isEqualTo(Set.of("acme|monthly|2026-09"));
  }

  private static SpendSummary summary(
      SpendPeriod period,
      String start,
      long calls,
      String costUsd,
      String inDoubtUsd,
      String updatedAt) {
    return new SpendSummary(
        period,
        Instant.parse(start),
        "acme",
        "gpt-4o-mini",
        "openai",
        "gpt-4o-mini-2026",
        calls,
        calls * 100,
        calls * 25,
        calls * 50,
        usd(costUsd),
        usd(inDoubtUsd),
        true,
        Instant.parse(updatedAt));
  }

  private static SpendSummary closed(SpendSummary summary) {
    return SpendSummary.newBuilder(summary).setProvisional(false).build();
  }

  private static BudgetState state(
      String limitUsd, String heldUsd, String inDoubtUsd, String settledUsd, String updatedAt) {
    return new BudgetState(
        "acme",
        "monthly",
        "2026-11",
        usd(limitUsd),
        usd(heldUsd),
        usd(inDoubtUsd),
        usd(settledUsd),
        true,
        Instant.parse(updatedAt));
  }
}
