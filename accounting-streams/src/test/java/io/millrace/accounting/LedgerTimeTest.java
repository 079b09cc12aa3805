package io.millrace.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class LedgerTimeTest {

  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

  private final LedgerTime time = new LedgerTime(START);

  @Test
  void shouldFollowTheEntriesWhenThereAreMoreToRead() {
    // Given
    var old = Instant.parse("2026-11-20T08:00:00Z");
    var older = Instant.parse("2026-11-20T07:00:00Z");

    // When
    time.onEntry(old);
    time.onEntry(older);

    // Then
    assertThat(time.reached(START.plusSeconds(60))).isEqualTo(old);
    assertThat(time.reached(START.plusSeconds(89))).isEqualTo(old);
  }

  @Test
  void shouldFollowTheWallClockWhenNothingHasComeForAWhile() {
    // Given
    time.onEntry(Instant.parse("2026-11-20T08:00:00Z"));
    assertThat(time.reached(START)).isBefore(START);

    // Then
    assertThat(time.reached(START.plusSeconds(30))).isEqualTo(START.plusSeconds(30));
  }

  @Test
  void shouldKnowNothingWhenItHasJustBegun() {
    // Then
    assertThat(time.reached(START.plusSeconds(29))).isEqualTo(Instant.EPOCH);
  }

  @Test
  void shouldNotRunAheadWhenAnEntryComesFromTheFuture() {
    // When
    time.onEntry(START.plusSeconds(86_400));

    // Then
    assertThat(time.reached(START.plusSeconds(1))).isEqualTo(START.plusSeconds(1));
  }
}
