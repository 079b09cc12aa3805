package io.millrace.standalone.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One child JVM. It holds the writing end of the child's standard input for as long as this process
 * lives, which is how the child knows; see {@code io.millrace.broker.ParentWatch}. Ctrl-C and a
 * closed terminal reach a whole process group, so the child is started with both ignored: it must
 * outlive the drain of the services that use it.
 */
final class ChildProcess {
  private static final String IGNORE_TERMINAL_SIGNALS = "trap '' INT HUP; exec \"$@\"";
  private static final String ERROR_FILE_ENDING = ".err";

  private final String name;
  private final Process process;
  private final Path logFile;
  private final Path errorFile;
  private volatile boolean isStopping;

  private ChildProcess(String name, Process process, Path logFile, Path errorFile) {
    this.name = name;
    this.process = process;
    this.logFile = logFile;
    this.errorFile = errorFile;
  }

  /** Its standard error goes to a file beside {@code logFile}, begun anew at each start. */
  static ChildProcess start(
      String name, List<String> command, Path logFile, Consumer<ChildExit> onExit) {
    Path errorFile = logFile.resolveSibling(name + ERROR_FILE_ENDING);
    var whole = new ArrayList<>(List.of("/bin/sh", "-c", IGNORE_TERMINAL_SIGNALS, name));
    whole.addAll(command);
    try {
      Files.createDirectories(errorFile.getParent());
      Process process =
          new ProcessBuilder(whole)
              .redirectError(ProcessBuilder.Redirect.to(errorFile.toFile()))
              .start();
      var child = new ChildProcess(name, process, logFile, errorFile);
      process.onExit().thenAccept(ended -> child.reportTo(onExit));
      return child;
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot start the " + name, failure);
    }
  }

  private void reportTo(Consumer<ChildExit> onExit) {
    if (!isStopping) {
      onExit.accept(new ChildExit(name, process.exitValue(), logFile));
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the child's end at most that long; whether it ended. */
  boolean awaitEnd(Duration timeout) throws InterruptedException {
    return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  BufferedReader output() {
    return process.inputReader(StandardCharsets.UTF_8);
  }

  /** Why it did not come up, in one line. */
  EmbeddedStartException startFailure() {
    return new EmbeddedStartException(
        "the embedded " + name + " did not start: " + lastError() + " (log: " + logFile + ")");
  }

  private String lastError() {
    try (var lines = Files.lines(errorFile)) {
      return lines
          .filter(line -> !line.isBlank() && !line.startsWith("WARNING:"))
          .reduce((earlier, later) -> later)
          .orElse(process.isAlive() ? "not ready in time" : "exit " + process.exitValue());
    } catch (IOException | UncheckedIOException unreadable) {
      return "no error message";
    }
  }

  /**
   * Asks it to end. Through its handle: the process's own destroy closes its input, which kills.
   */
  void requestStop() {
    isStopping = true;
    process.toHandle().destroy();
  }

  void awaitStopOrKill(Duration timeout) {
    try {
      if (!awaitEnd(timeout)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
