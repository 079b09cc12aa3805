package io.millrace.broker;

import java.io.IOException;
import java.io.InputStream;

/**
 * Ends this JVM with the process that started it. The parent holds the other end of this process's
 * standard input and writes nothing; however the parent dies, {@code kill -9} included, the
 * operating system closes that end and the read returns. Halting, not exiting: the data is made for
 * it, and nothing may outlive the parent because a shutdown hook hangs.
 */
final class ParentWatch {
  /** What a shell reports for a process ended by SIGHUP, the signal of a vanished owner. */
  private static final int EXIT_CODE_ORPHANED = 129;

  private ParentWatch() {}

  static void start() {
    Thread.ofPlatform()
        .name("parent-watch")
        .daemon(true)
        .start(
            () -> {
              awaitEnd(System.in);
              Runtime.getRuntime().halt(EXIT_CODE_ORPHANED);
            });
  }

  private static void awaitEnd(InputStream input) {
    try {
      while (input.read() >= 0) {
        // Input carries no meaning; only its end does.
      }
    } catch (IOException closed) {
      // An unreadable input is an ended one.
    }
  }
}
