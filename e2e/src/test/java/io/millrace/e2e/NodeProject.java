package io.millrace.e2e;

import io.millrace.testkit.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The suites for Node in {@code src/test/node}, with their packages installed beside a copy of them
 * under {@code target}: nothing is written into the sources.
 *
 * @param directory of the copy
 * @param node the executable
 */
record NodeProject(Path directory, String node) {

  /** What the SDK asks for. */
  private static final int NODE_MIN = 22;

  /** The executable as a package, for systems whose own is older. */
  private static final String NODE_VERSION = "22.23.3";

  private static final Duration INSTALL_TIMEOUT = Duration.ofMinutes(5);

  /** True when there is a Node and an npm; a continuous integration run must have them. */
  static boolean isPossible() {
    return isContinuousIntegration() || (version("node").isPresent() && version("npm").isPresent());
  }

  private static boolean isContinuousIntegration() {
    var told = Optional.ofNullable(System.getenv("CI")).orElse("");
    return !told.isEmpty() && !told.equals("false");
  }

  /** Copies the suites and installs what they need, if it is not there from before. */
  static NodeProject install() {
    var home = Directories.repository().resolve("e2e");
    var directory = home.resolve("target").resolve("node");
    try {
      Files.createDirectories(directory);
      try (var sources = Files.list(home.resolve("src/test/node"))) {
        for (var source : sources.filter(Files::isRegularFile).toList()) {
          Files.copy(
              source,
              directory.resolve(source.getFileName().toString()),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
      boolean isOld = version("node").filter(found -> found >= NODE_MIN).isEmpty();
      installPackages(directory, isOld);
      return new NodeProject(
          directory,
          isOld
              ? directory.resolve("node_modules/" + nodePackage() + "/bin/node").toString()
              : "node");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy the suites", e);
    }
  }

  private static void installPackages(Path directory, boolean withNode) throws IOException {
    var stamp = directory.resolve("node_modules/.installed-for");
    var wanted =
        Files.readString(directory.resolve("package.json")) + (withNode ? NODE_VERSION : "");
    if (Files.exists(stamp) && Files.readString(stamp).equals(wanted)) {
      return;
    }
    var command =
        new ArrayList<>(
            List.of(
                "npm",
                "install",
                "--no-save",
                "--no-package-lock",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefer-offline",
                "--loglevel=error"));
    if (withNode) {
      command.add(nodePackage() + "@" + NODE_VERSION);
    }
    var outcome = ForeignProcess.run(directory, command, Map.of(), INSTALL_TIMEOUT);
    if (outcome.exitCode() != 0) {
      throw new IllegalStateException("npm install failed:\n" + outcome.output());
    }
    Files.writeString(stamp, wanted);
  }

  private static String nodePackage() {
    var system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    var machine = System.getProperty("os.arch", "");
    return "node-%s-%s"
        .formatted(
            system.contains("mac") ? "darwin" : "linux",
            machine.equals("aarch64") ? "arm64" : "x64");
  }

  private static Optional<Integer> version(String tool) {
    try {
      var outcome =
          ForeignProcess.run(
              Path.of("."), List.of(tool, "--version"), Map.of(), Duration.ofSeconds(20));
      var numbers = outcome.output().strip().replaceFirst("^v", "").split("\\.");
      return outcome.exitCode() == 0 ? Optional.of(Integer.parseInt(numbers[0])) : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Runs one suite to its end. */
  ForeignProcess.Outcome run(String suite, Map<String, String> environment, Duration timeout)
      throws IOException {
    return ForeignProcess.run(
        directory,
        List.of(node, "--test", "--test-reporter=spec", "--test-concurrency=1", suite),
        environment,
        timeout);
  }
}
