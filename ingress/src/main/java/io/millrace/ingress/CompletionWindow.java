package io.millrace.ingress;

import io.millrace.ingress.ApiError.Kind;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How long a batch may take: a number with s, m, h or d, such as OpenAI's {@code 24h}, or an ISO
 * 8601 duration such as {@code PT90M}.
 */
public final class CompletionWindow {

  /** What OpenAI offers. */
  public static final String DEFAULT = "24h";

  private static final String NAME = "completion_window";
  private static final Pattern SHORT = Pattern.compile("(\\d{1,9})([smhd])");

  private CompletionWindow() {}

  public static Checked<Duration> parse(String text, Duration min, Duration max) {
    Duration window;
    try {
      window = durationIn(text);
    } catch (DateTimeException | ArithmeticException e) {
      return refused(text, min, max);
    }
    return window.compareTo(min) < 0 || window.compareTo(max) > 0
        ? refused(text, min, max)
        : Checked.ok(window);
  }

  private static Duration durationIn(String text) {
    var matcher = SHORT.matcher(text);
    if (!matcher.matches()) {
      return Duration.parse(text);
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  private static Checked<Duration> refused(String text, Duration min, Duration max) {
    return Checked.refused(
        new ApiError(
            Kind.INVALID_VALUE,
            "Invalid value for '%s': '%s'. It must be a duration from %s to %s, such as 30m, 24h or 7d."
                .formatted(NAME, ApiError.shown(text), shown(min), shown(max)),
            NAME));
  }

  private static String shown(Duration window) {
    if (window.toSeconds() % 86_400 == 0) {
      return window.toDays() + "d";
    }
    if (window.toSeconds() % 3_600 == 0) {
      return window.toHours() + "h";
    }
    return window.toSeconds() % 60 == 0 ? window.toMinutes() + "m" : window.toSeconds() + "s";
  }
}
