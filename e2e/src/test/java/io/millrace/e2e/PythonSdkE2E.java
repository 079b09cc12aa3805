package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.testkit.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * OpenAI's client for Python, where it can be installed: unlike npm and Maven Central, Python's
 * package index is not there everywhere that this is built, so this one may be skipped.
 */
@Timeout(500)
class PythonSdkE2E {

  private static final Duration INSTALL_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration SUITE_TIMEOUT = Duration.ofMinutes(3);
  private static final Path SOURCES =
      Directories.repository().resolve("e2e").resolve("src/test/python");
  private static final Path TARGET =
      Directories.repository().resolve("e2e").resolve("target/python");

  @Test
  void shouldServeTheClientWhenItRuns() throws IOException {
    // Given
    assumeTrue(isInstalled(), "OpenAI's client for Python cannot be installed here");
    try (var installation = SdkInstallation.start()) {
      // When
      var outcome =
          ForeignProcess.run(
              TARGET,
              List.of(python(), SOURCES.resolve("sdk_test.py").toString()),
              Map.of(
                  "MILLRACE_BASE_URL",
                  installation.baseUrl(),
                  "MILLRACE_API_KEY",
                  Installation.KEY,
                  "MILLRACE_PAUPER_KEY",
                  SdkInstallation.PAUPER_KEY,
                  "PYTHONDONTWRITEBYTECODE",
                  "1"),
              SUITE_TIMEOUT);
      // Then
      assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }
  }

  private static String python() {
    return TARGET.resolve("bin/python").toString();
  }

  /** Installs it once, into an environment of its own. */
  private static boolean isInstalled() {
    var stamp = TARGET.resolve("installed-for");
    try {
      Files.createDirectories(TARGET);
      var wanted = Files.readString(SOURCES.resolve("requirements.txt"));
      if (Files.exists(stamp) && Files.readString(stamp).equals(wanted)) {
        return true;
      }
      boolean isDone =
          succeeds(List.of("python3", "-m", "venv", "--clear", TARGET.toString()))
              && succeeds(
                  List.of(
                      python(),
                      "-m",
                      "pip",
                      "install",
                      "--quiet",
                      "--retries=1",
                      "--timeout=10",
                      "-r",
                      SOURCES.resolve("requirements.txt").toString()));
      if (isDone) {
        Files.writeString(stamp, wanted);
      }
      return isDone;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean succeeds(List<String> command) throws IOException {
    return ForeignProcess.run(TARGET, command, Map.of(), INSTALL_TIMEOUT).exitCode() == 0;
  }
}
