package io.millrace.benchmarks;

import io.millrace.testkit.Directories;
import io.millrace.testkit.MillraceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Everything on this machine, as {@code ./millrace up} starts it, on a data folder of its own. */
final class Product implements AutoCloseable {

  static final String KEY = "bench-key-0123456789";

  private final Path directory;
  private final Optional<Path> config;
  private MillraceProcess process;

  private Product(Path directory, Optional<Path> config, MillraceProcess process) {
    this.directory = directory;
    this.config = config;
    this.process = process;
  }

  /** With the simulator as the provider of every model. */
  static Product start() throws IOException {
    return start(Optional.empty());
  }

  /** With this configuration. */
  static Product start(Optional<String> text) throws IOException {
    var directory = Files.createTempDirectory("millrace-bench");
    Optional<Path> config = Optional.empty();
    if (text.isPresent()) {
      config = Optional.of(Files.writeString(directory.resolve("millrace.yaml"), text.get()));
    }
    return new Product(directory, config, up(directory, config));
  }

  private static MillraceProcess up(Path directory, Optional<Path> config) {
    var data = directory.resolve("data");
    var command =
        config
            .map(file -> MillraceProcess.command(data, KEY, file))
            .orElseGet(() -> MillraceProcess.command(data, KEY));
    return MillraceProcess.up(command, data);
  }

  MillraceProcess process() {
    return process;
  }

  /** {@code kill -9}, and a start on the same data. */
  void crashAndStart() {
    process.kill9();
    process.close();
    process = up(directory, config);
  }

  @Override
  public void close() {
    process.close();
    Directories.delete(directory);
  }
}
