package io.millrace.ingress;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The preferences of RFC 7240 that ingress knows; others are ignored, and of a repeated one the
 * first counts, as the RFC says.
 *
 * @param patience how long the client is willing to wait
 */
public record Prefer(boolean respondAsync, @Nullable Duration patience) {

  public static final String HEADER = "Prefer";

  private static final Prefer NONE = new Prefer(false, null);
  private static final Prefer ASYNC = new Prefer(true, null);
  private static final int SECONDS_DIGITS_MAX = 9;

  /** Reads the header; several of them are joined by commas. */
  public static Checked<Prefer> parse(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return Checked.ok(NONE);
    }
    if (header.equals("respond-async")) {
      return Checked.ok(ASYNC);
    }
    var named = new HashMap<String, String>();
    for (var preference : header.split(",")) {
      // Parameters after a semicolon belong to a preference; those known here have none.
      var pair = preference.split(";", 2)[0].split("=", 2);
      var value = pair.length == 2 ? pair[1].strip() : "";
      named.putIfAbsent(pair[0].strip().toLowerCase(Locale.ROOT), unquoted(value));
    }
    var wait = named.get("wait");
    if (wait == null) {
      return Checked.ok(new Prefer(named.containsKey("respond-async"), null));
    }
    if (wait.isEmpty()
        || wait.length() > SECONDS_DIGITS_MAX
        || !wait.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Checked.refused(
          RequestOptions.badHeader(HEADER, header, "wait must be a number of seconds"));
    }
    return Checked.ok(
        new Prefer(named.containsKey("respond-async"), Duration.ofSeconds(Integer.parseInt(wait))));
  }

  /** How long to wait, at most {@code cap}; nothing when the client did not say. */
  public Optional<Duration> waitAtMost(Duration cap) {
    return Optional.ofNullable(patience).map(asked -> asked.compareTo(cap) < 0 ? asked : cap);
  }

  private static String unquoted(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }
}
