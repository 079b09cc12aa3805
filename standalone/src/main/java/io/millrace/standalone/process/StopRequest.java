package io.millrace.standalone.process;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Why and how a process is to end: by a signal, with exit code 0, or because something it cannot do
 * without has failed, with 1. The first request counts.
 */
final class StopRequest {

  private static final int EXIT_CODE_FAILED = 1;

  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

  /** Ends in order. */
  void inOrder() {
    exitCode.complete(0);
  }

  /** Ends because of a failure, which is told to the user. */
  void because(String failure) {
    if (exitCode.complete(EXIT_CODE_FAILED)) {
      System.err.println("millrace: " + failure);
    }
  }

  boolean isMade() {
    return exitCode.isDone();
  }

  /** The exit code, waited for. */
  int await() {
    return exitCode.join();
  }

  /** From now on the process has this long to end in order, then it ends as it is. */
  void limit(Duration duration) {
    Thread.ofPlatform()
        .name("stop-limit")
        .daemon(true)
        .start(
            () -> {
              try {
                Thread.sleep(duration);
                System.err.println("millrace: not stopped within " + duration + ", ending now");
                Runtime.getRuntime().halt(EXIT_CODE_FAILED);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }
}
