package io.millrace.accounting;

import io.millrace.schemas.SpendPeriod;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/** Hours, days and months in UTC, and when they are over. */
public final class Periods {

  /** How long after its end a period still takes entries before it counts as closed. */
  public static final Duration GRACE = Duration.ofHours(1);

  private Periods() {}

  /** First instant of the period that contains the instant. */
  public static Instant start(SpendPeriod period, Instant at) {
    return switch (period) {
      case HOUR -> at.truncatedTo(ChronoUnit.HOURS);
      case DAY -> at.truncatedTo(ChronoUnit.DAYS);
      case MONTH -> utc(at).truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).toInstant();
    };
  }

  /** First instant after the period that begins at the instant. */
  public static Instant end(SpendPeriod period, Instant start) {
    return switch (period) {
      case HOUR -> start.plus(1, ChronoUnit.HOURS);
      case DAY -> start.plus(1, ChronoUnit.DAYS);
      case MONTH -> utc(start).plusMonths(1).toInstant();
    };
  }

  /** Start of the oldest period that is not closed: those that begin earlier are. */
  public static Instant oldestOpen(SpendPeriod period, Instant now) {
    return start(period, now.minus(GRACE));
  }

  /** Name of the month before the instant's, as budgets name their periods, such as 2026-10. */
  public static String monthBefore(Instant at) {
    return YearMonth.from(utc(at)).minusMonths(1).toString();
  }

  private static ZonedDateTime utc(Instant at) {
    return at.atZone(ZoneOffset.UTC);
  }
}
