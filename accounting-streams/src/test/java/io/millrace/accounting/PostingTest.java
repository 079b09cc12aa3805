package io.millrace.accounting;

import static io.millrace.accounting.Entries.entry;
import static io.millrace.accounting.Entries.usd;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class PostingTest {

  private static final Dimensions DIMENSIONS =
      new Dimensions("acme", "gpt-4o-mini", "openai", "gpt-4o-mini-2026");
  private static final Instant TEN = Instant.parse("2026-11-21T10:00:00Z");
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void shouldHoldBudgetOnlyWhenACallIsAboutToBegin() {
    // When
    var posting = new Posting(entry().hold("5"), null);

    // Then
    assertThat(posting.spend()).isEmpty();
    assertThat(posting.budget()).isEqualTo(new BudgetUse(usd("5"), usd("0"), usd("0")));
  }

  @Test
  void shouldCountTheCallWhenItIsSettled() {
    // When
    var posting = new Posting(entry().at(TEN).held("5").settlement("2"), null);

    // Then
    assertThat(posting.spend())
        .containsExactly(
            new SpendChange(
                DIMENSIONS,
                TEN,
                new Spend(1, new Spend.Tokens(100, 25, 50), usd("2"), usd("0"), TEN)));
    assertThat(posting.budget()).isEqualTo(new BudgetUse(usd("-5"), usd("0"), usd("2")));
  }

  @Test
  void shouldMoveTheHoldWhenTheCallIsInDoubt() {
    // When
    var posting = new Posting(entry().at(TEN).inDoubt("5"), null);

    // Then
    assertThat(posting.spend())
        .containsExactly(
            new SpendChange(
                DIMENSIONS, TEN, new Spend(0, new Spend.Tokens(0, 0, 0), usd("0"), usd("5"), TEN)));
    assertThat(posting.budget()).isEqualTo(new BudgetUse(usd("-5"), usd("5"), usd("0")));
  }

  @Test
  void shouldTakeTheDoubtBackFromItsOwnTimeWhenItIsSettledLater() {
    // Given
    var doubt = entry().at(TEN).inDoubt("5");

    // When
    var posting = new Posting(entry().at(NOON).held("5").settlement("2"), doubt);

    // Then
    assertThat(posting.spend())
        .containsExactly(
            new SpendChange(
                DIMENSIONS,
                NOON,
                new Spend(1, new Spend.Tokens(100, 25, 50), usd("2"), usd("0"), NOON)),
            new SpendChange(
                DIMENSIONS,
                TEN,
                new Spend(0, new Spend.Tokens(0, 0, 0), usd("0"), usd("-5"), NOON)));
    assertThat(posting.budget()).isEqualTo(new BudgetUse(usd("0"), usd("-5"), usd("2")));
  }

  @Test
  void shouldOnlyEndTheHoldWhenItIsReleased() {
    // Given
    var doubt = entry().at(TEN).inDoubt("5");

    // Then
    assertThat(new Posting(entry().release("5"), null).spend()).isEmpty();
    assertThat(new Posting(entry().release("5"), null).budget())
        .isEqualTo(new BudgetUse(usd("-5"), usd("0"), usd("0")));
    assertThat(new Posting(entry().at(NOON).release("5"), doubt).spend())
        .containsExactly(
            new SpendChange(
                DIMENSIONS,
                TEN,
                new Spend(0, new Spend.Tokens(0, 0, 0), usd("0"), usd("-5"), NOON)));
    assertThat(new Posting(entry().release("5"), doubt).budget())
        .isEqualTo(new BudgetUse(usd("0"), usd("-5"), usd("0")));
  }

  @Test
  void shouldCorrectCostAloneWhenAPeriodIsAdjusted() {
    // When
    var posting = new Posting(entry().at(TEN).adjustment("-0.25"), null);

    // Then
    assertThat(posting.spend())
        .containsExactly(
            new SpendChange(
                DIMENSIONS,
                TEN,
                new Spend(0, new Spend.Tokens(0, 0, 0), usd("-0.25"), usd("0"), TEN)));
    assertThat(posting.budget()).isEqualTo(new BudgetUse(usd("0"), usd("0"), usd("-0.25")));
  }
}
