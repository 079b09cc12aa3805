package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/** Reading the parameters of a query. */
final class Parameters {

  private Parameters() {}

  static ApiError bad(String name, String value, String problem) {
    var shown = value.length() <= 100 ? value : value.substring(0, 100);
    return new ApiError(
        ApiError.Kind.INVALID_VALUE,
        "Invalid value for '%s': '%s'. %s".formatted(name, shown, problem),
        name);
  }

  static Checked<Long> integer(Call call, String name, long otherwise, long min, long max) {
    var given = call.parameter(name);
    if (given.isEmpty()) {
      return Checked.ok(otherwise);
    }
    try {
      long value = Long.parseLong(given.get());
      if (value >= min && value <= max) {
        return Checked.ok(value);
      }
    } catch (NumberFormatException e) {
      // Answered below, as for a number out of range.
    }
    return Checked.refused(
        bad(name, given.get(), "It must be an integer from " + min + " to " + max + "."));
  }

  /** An instant, a date (its first moment in UTC) or Unix seconds. */
  static Checked<Instant> instant(Call call, String name, Instant otherwise) {
    var given = call.parameter(name);
    if (given.isEmpty()) {
      return Checked.ok(otherwise);
    }
    var text = given.get();
    try {
      if (text.length() <= 11 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Checked.ok(Instant.ofEpochSecond(Long.parseLong(text)));
      }
      return Checked.ok(
          text.contains("T")
              ? OffsetDateTime.parse(text).toInstant()
              : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
    } catch (DateTimeParseException e) {
      return Checked.refused(
          bad(name, text, "It must be an instant, a date or a number of Unix seconds."));
    }
  }
}
