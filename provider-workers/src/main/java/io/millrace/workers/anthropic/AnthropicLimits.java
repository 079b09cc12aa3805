package io.millrace.workers.anthropic;

import io.millrace.workers.LimitNotice;
import io.millrace.workers.LimitNotice.Window;
import io.millrace.workers.ResponseHead;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Stream;

/** Reads {@code anthropic-ratelimit-*}: a minute's limits, what is left and when it is whole. */
final class AnthropicLimits {

  private AnthropicLimits() {}

  static LimitNotice of(ResponseHead head) {
    return new LimitNotice(windowOf(head, "requests"), tokensOf(head));
  }

  /** Input and output have limits of their own; whichever is used up stops everything. */
  private static Window tokensOf(ResponseHead head) {
    var both = windowOf(head, "tokens");
    var input = windowOf(head, "input-tokens");
    var output = windowOf(head, "output-tokens");
    long perMinute = both.perMinute();
    if (perMinute <= 0 && input.perMinute() > 0 && output.perMinute() > 0) {
      perMinute = input.perMinute() + output.perMinute();
    }
    var usedUp =
        Stream.of(both, input, output)
            .filter(window -> window.remaining() == 0)
            .map(Window::resetIn)
            .max(Duration::compareTo);
    if (usedUp.isPresent()) {
      return new Window(perMinute, 0, usedUp.get());
    }
    long remaining =
        List.of(both, input).stream()
            .map(Window::remaining)
            .filter(left -> left > 0)
            .findFirst()
            .orElse(LimitNotice.UNKNOWN);
    return new Window(perMinute, remaining, both.resetIn());
  }

  private static Window windowOf(ResponseHead head, String what) {
    return new Window(
        number(head, what + "-limit"),
        number(head, what + "-remaining"),
        until(head, what + "-reset"));
  }

  private static long number(ResponseHead head, String name) {
    var text = value(head, name);
    try {
      return text.isEmpty() ? LimitNotice.UNKNOWN : Long.parseLong(text);
    } catch (NumberFormatException e) {
      return LimitNotice.UNKNOWN;
    }
  }

  private static Duration until(ResponseHead head, String name) {
    var text = value(head, name);
    if (text.isEmpty()) {
      return Duration.ZERO;
    }
    try {
      Instant at = OffsetDateTime.parse(text).toInstant();
      var wait = Duration.between(head.receivedAt(), at);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  private static String value(ResponseHead head, String name) {
    return head.headers().first("anthropic-ratelimit-" + name).orElse("").trim();
  }
}
