package io.millrace.workers.openai;

import io.millrace.workers.LimitNotice;
import io.millrace.workers.ResponseHead;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** In which headers a host tells its limits. */
public record LimitHeaders(Names requests, Names tokens) {

  private static final Duration RESET_MAX = Duration.ofDays(31);

  /** Go's way to write a duration, without its smallest units: {@code 2m59.56s}. */
  private static final Pattern GO_DURATION =
      Pattern.compile("(\\d{1,6}d)?(\\d{1,6}h)?(\\d{1,6}m)?([\\d.]{1,12}s)?([\\d.]{1,12}ms)?");

  /** OpenAI's, which most hosts use. */
  public static final LimitHeaders OPENAI =
      new LimitHeaders(Names.openAi("requests", true), Names.openAi("tokens", true));

  /** OpenAI's names, but requests are counted by the day. */
  public static final LimitHeaders REQUESTS_BY_DAY =
      new LimitHeaders(Names.openAi("requests", false), Names.openAi("tokens", true));

  /**
   * Headers of one limit.
   *
   * @param isPerMinute whether the limit is for a minute
   */
  public record Names(String limit, String remaining, String reset, boolean isPerMinute) {

    static Names openAi(String unit, boolean isPerMinute) {
      return new Names(
          "x-ratelimit-limit-" + unit,
          "x-ratelimit-remaining-" + unit,
          "x-ratelimit-reset-" + unit,
          isPerMinute);
    }
  }

  /** What the head says. */
  public LimitNotice read(ResponseHead head) {
    var notice = new LimitNotice(window(head, requests), window(head, tokens));
    return notice.isNone() ? LimitNotice.NONE : notice;
  }

  private static LimitNotice.Window window(ResponseHead head, Names names) {
    return new LimitNotice.Window(
        names.isPerMinute() ? count(head, names.limit()) : LimitNotice.UNKNOWN,
        count(head, names.remaining()),
        head.headers().first(names.reset()).flatMap(LimitHeaders::duration).orElse(Duration.ZERO));
  }

  private static long count(ResponseHead head, String name) {
    return head.headers().first(name).flatMap(LimitHeaders::number).orElse(LimitNotice.UNKNOWN);
  }

  private static Optional<Long> number(String text) {
    try {
      long value = (long) Double.parseDouble(text.trim());
      return value >= 0 ? Optional.of(value) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Seconds, or a duration as Go writes it; empty when it is neither, such as a date. */
  static Optional<Duration> duration(String text) {
    var matcher = GO_DURATION.matcher(text.trim());
    if (!text.isBlank() && matcher.matches()) {
      double millis =
          part(matcher.group(1), "d") * 86_400_000
              + part(matcher.group(2), "h") * 3_600_000
              + part(matcher.group(3), "m") * 60_000
              + part(matcher.group(4), "s") * 1000
              + part(matcher.group(5), "ms");
      return bounded(millis);
    }
    return number(text).flatMap(seconds -> bounded(seconds * 1000.0));
  }

  private static double part(@Nullable String text, String unit) {
    if (text == null) {
      return 0;
    }
    try {
      return Double.parseDouble(text.substring(0, text.length() - unit.length()));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Optional<Duration> bounded(double millis) {
    var duration =
        Duration.ofMillis((long) Math.ceil(Math.min(millis, (double) RESET_MAX.toMillis())));
    return duration.isNegative() ? Optional.empty() : Optional.of(duration);
  }
}
