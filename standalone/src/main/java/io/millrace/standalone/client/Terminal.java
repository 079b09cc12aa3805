package io.millrace.standalone.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether people look on. */
public final class Terminal {

  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /** True when standard error is a terminal that can draw over itself. */
  @SuppressWarnings("SystemConsoleNull") // Better than nothing where /proc is not.
  public static boolean isStandardError() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      // The console of the JDK tells of standard input and output, and since 22 of none of them.
      var target = Files.readSymbolicLink(STANDARD_ERROR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return System.console() != null && System.getenv("TERM") != null;
    }
  }
}
