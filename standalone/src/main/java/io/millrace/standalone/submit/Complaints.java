package io.millrace.standalone.submit;

import java.io.PrintStream;
import java.util.Optional;

/** Names the lines that cannot be, the first of them. */
final class Complaints {

  private static final int SHOWN_MAX = 20;

  private final PrintStream out;
  private int count;

  Complaints(PrintStream out) {
    this.out = out;
  }

  synchronized void line(long number, Optional<String> customId, String message) {
    count++;
    if (count <= SHOWN_MAX) {
      out.println(
          "line %d%s: %s"
              .formatted(number, customId.map(id -> " (" + id + ")").orElse(""), message));
    } else if (count == SHOWN_MAX + 1) {
      out.println("more lines were refused; see the output");
    }
  }
}
