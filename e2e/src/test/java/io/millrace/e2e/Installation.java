package io.millrace.e2e;

import io.millrace.testkit.Directories;
import io.millrace.testkit.MillraceProcess;
import io.millrace.testkit.SimulatorProcess;
import io.millrace.testkit.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** A data directory, a simulator that outlives crashes, and the product on them. */
final class Installation implements AutoCloseable {

  static final String KEY = "e2e-key-of-the-first-account-0123456789";

  private final Path directory;
  private final SimulatorProcess simulator;
  private final Path config;
  private MillraceProcess millrace;

  private Installation(
      Path directory, SimulatorProcess simulator, Path config, MillraceProcess millrace) {
    this.directory = directory;
    this.simulator = simulator;
    this.config = config;
    this.millrace = millrace;
  }

  /**
   * Starts all.
   *
   * @param script what the simulator is to do
   * @param config the configuration file, given the simulator's base URL
   */
  static Installation start(String script, Function<String, String> config) throws IOException {
    var directory = Files.createTempDirectory("millrace-e2e");
    var simulator = SimulatorProcess.start("-Xmx256m");
    try {
      simulator.script(script);
      var file =
          Files.writeString(
              directory.resolve("millrace.yaml"), config.apply(simulator.openAiUrl()));
      return new Installation(directory, simulator, file, up(directory, file));
    } catch (IOException | RuntimeException e) {
      simulator.close();
      throw e;
    }
  }

  private static MillraceProcess up(Path directory, Path config) {
    var data = directory.resolve("data");
    return MillraceProcess.up(MillraceProcess.command(data, KEY, config), data);
  }

  /** Starts the product again on the same data. */
  void upAgain() {
    millrace.close();
    millrace = up(directory, config);
  }

  Client client(String key) {
    return new Client(millrace.http(), key);
  }

  MillraceProcess millrace() {
    return millrace;
  }

  SimulatorProcess simulator() {
    return simulator;
  }

  TopicReader topics() {
    return TopicReader.of(millrace);
  }

  Path directory() {
    return directory;
  }

  Path data() {
    return directory.resolve("data");
  }

  Path config() {
    return config;
  }

  @Override
  public void close() {
    millrace.close();
    simulator.close();
    Directories.delete(directory);
  }
}
