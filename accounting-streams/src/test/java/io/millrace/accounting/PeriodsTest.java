package io.millrace.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.SpendPeriod;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeriodsTest {

  @ParameterizedTest
  @CsvSource({
    "HOUR,  2026-11-21T10:59:59.999Z, 2026-11-21T10:00:00Z, 2026-11-21T11:00:00Z",
    "HOUR,  2026-11-21T11:00:00Z,     2026-11-21T11:00:00Z, 2026-11-21T12:00:00Z",
    "DAY,   2026-11-21T23:59:59.999Z, 2026-11-21T00:00:00Z, 2026-11-22T00:00:00Z",
    "MONTH, 2026-11-30T23:59:59.999Z, 2026-11-01T00:00:00Z, 2026-12-01T00:00:00Z",
    "MONTH, 2026-12-31T12:00:00Z,     2026-12-01T00:00:00Z, 2027-01-01T00:00:00Z",
    "MONTH, 2028-02-29T12:00:00Z,     2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z",
  })
  void shouldSurroundTheInstantWhenAPeriodContainsIt(
      SpendPeriod period, Instant at, Instant start, Instant end) {
    // Then
    assertThat(Periods.start(period, at)).isEqualTo(start);
    assertThat(Periods.end(period, start)).isEqualTo(end);
  }

  @ParameterizedTest
  @CsvSource({
    "HOUR,  2026-11-21T11:59:59.999Z, 2026-11-21T10:00:00Z",
    "HOUR,  2026-11-21T12:00:00Z,     2026-11-21T11:00:00Z",
    "DAY,   2026-11-22T00:59:59.999Z, 2026-11-21T00:00:00Z",
    "DAY,   2026-11-22T01:00:00Z,     2026-11-22T00:00:00Z",
    "MONTH, 2026-12-01T00:59:59.999Z, 2026-11-01T00:00:00Z",
    "MONTH, 2026-12-01T01:00:00Z,     2026-12-01T00:00:00Z",
  })
  void shouldStayOpenWhenThePeriodEndedLessThanAnHourAgo(
      SpendPeriod period, Instant now, Instant oldestOpen) {
    // Then
    assertThat(Periods.oldestOpen(period, now)).isEqualTo(oldestOpen);
    assertThat(Periods.end(period, oldestOpen).plus(Periods.GRACE)).isAfter(now);
  }

  @ParameterizedTest
  @CsvSource({"2026-11-01T00:00:00Z, 2026-10", "2027-01-31T23:59:59Z, 2026-12"})
  void shouldNameTheMonthBeforeWhenTheYearChangesOrNot(Instant at, String name) {
    // Then
    assertThat(Periods.monthBefore(at)).isEqualTo(name);
  }
}
