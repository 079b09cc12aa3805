package io.millrace.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program that is none of ours to its end. */
final class ForeignProcess {

  private ForeignProcess() {}

  /** How it ended, and everything it printed. */
  record Outcome(int exitCode, String output) {}

  /** Without a timely end it is killed, and its exit code is -1. */
  static Outcome run(
      Path directory, List<String> command, Map<String, String> environment, Duration timeout)
      throws IOException {
    var output = Files.createTempFile("millrace-process", ".log");
    try {
      var builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_"));
      builder.environment().putAll(environment);
      var process = builder.start();
      boolean isOver = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!isOver) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      var printed = Files.readString(output);
      return new Outcome(
          isOver ? process.exitValue() : -1,
          isOver ? printed : printed + "\nstopped after " + timeout.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
