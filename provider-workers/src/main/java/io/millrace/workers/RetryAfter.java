package io.millrace.workers;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Reads how long a server wishes to be left alone: retry-after-ms, or seconds, or a date. */
public final class RetryAfter {

  private static final Duration MAX = Duration.ofDays(1);

  private RetryAfter() {}

  /** The wish in the head; zero when there is none or it cannot be read. */
  public static Duration of(ResponseHead head) {
    var millis = head.headers().first("retry-after-ms").flatMap(text -> number(text, 1));
    return millis
        .or(() -> head.headers().first("retry-after").flatMap(text -> number(text, 1000)))
        .or(
            () ->
                head.headers().first("retry-after").flatMap(text -> date(text, head.receivedAt())))
        .orElse(Duration.ZERO);
  }

  private static Optional<Duration> number(String text, int unitMillis) {
    try {
      double value = Double.parseDouble(text.trim());
      if (!(value >= 0)) {
        return Optional.empty();
      }
      return Optional.of(
          Duration.ofMillis(
              (long) Math.ceil(Math.min(value * unitMillis, (double) MAX.toMillis()))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> date(String text, Instant now) {
    try {
      var at = ZonedDateTime.parse(text.trim(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      var wait = Duration.between(now, at);
      if (wait.isNegative()) {
        return Optional.of(Duration.ZERO);
      }
      return Optional.of(wait.compareTo(MAX) > 0 ? MAX : wait);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
