package io.millrace.schemas.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the records of this package say of a value that cannot be. */
final class Checks {

  private Checks() {}

  static void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }

  static void positive(long value, String name) {
    check(value > 0, name + " must be positive: " + value);
  }

  static void positive(Duration value, String name) {
    check(value.isPositive(), name + " must be positive: " + value);
  }

  static void portInRange(int value, String name) {
    check(value >= 0 && value <= 65535, name + " must be between 0 and 65535: " + value);
  }

  static <T> T orDefault(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }

  static <T> T required(@Nullable T value, String name) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }
}
