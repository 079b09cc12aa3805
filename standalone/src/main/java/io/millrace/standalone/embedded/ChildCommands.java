package io.millrace.standalone.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The two children's command lines. Serial collection: both live sets are tens of megabytes on a
 * machine whose cores the services need, so its pauses are short and it has the smallest footprint.
 * The registry stays on the first compiler, as it answers a few requests per start; the broker
 * carries the load and does not.
 */
final class ChildCommands {
  private static final String CHILD_MAIN = "io.millrace.broker.ChildMain";
  private static final String BROKER_MAIN = "io.millrace.broker.BrokerMain";
  private static final String QUARKUS_MAIN = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";

  private ChildCommands() {}

  static List<String> broker(EmbeddedConfig config, ArchiveMode mode) {
    var command = java(config.layout(), "broker", mode);
    command.addAll(List.of("-Xms64m", "-Xmx384m"));
    command.addAll(List.of("-cp", config.layout().brokerLibDir().resolve("*").toString()));
    command.addAll(List.of(BROKER_MAIN, config.kafkaDir().toString()));
    command.addAll(List.of(String.valueOf(config.kafkaPort()), "0"));
    return command;
  }

  static List<String> registry(
      EmbeddedConfig config, int port, int managementPort, Path logFile, ArchiveMode mode) {
    InstallationLayout layout = config.layout();
    var command = java(layout, "registry", mode);
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    // Its own jar says so too, but only a JVM started with -jar reads that.
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    property(command, "quarkus.http.host", "127.0.0.1");
    property(command, "quarkus.http.port", port);
    property(command, "quarkus.management.host", "127.0.0.1");
    property(command, "quarkus.management.port", managementPort);
    property(command, "quarkus.banner.enabled", false);
    property(command, "quarkus.log.console.enabled", false);
    property(command, "quarkus.log.file.enabled", true);
    property(command, "quarkus.log.file.path", logFile);
    property(command, "quarkus.log.file.rotation.max-file-size", "10M");
    property(command, "quarkus.log.file.rotation.max-backup-index", 3);
    property(
        command,
        "apicurio.datasource.url",
        "jdbc:h2:file:" + config.registryDir().resolve("registry"));
    String classPath = brokerJar(layout) + ":" + layout.registryAppDir().resolve("quarkus-run.jar");
    command.addAll(List.of("-cp", classPath, CHILD_MAIN));
    command.addAll(List.of(config.registryDir().toString(), QUARKUS_MAIN));
    return command;
  }

  private static List<String> java(InstallationLayout layout, String name, ArchiveMode mode) {
    var command = new ArrayList<String>();
    command.add(layout.java().toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:+ExitOnOutOfMemoryError");
    // The JVM's own log goes to standard output, where an unfit archive would be reported.
    command.add("-Xlog:disable");
    command.addAll(new JvmArchive(layout.archiveDir(), name).options(mode));
    return command;
  }

  private static void property(List<String> command, String key, Object value) {
    command.add("-D" + key + "=" + value);
  }

  private static Path brokerJar(InstallationLayout layout) {
    try (var jars = Files.newDirectoryStream(layout.brokerLibDir(), "millrace-broker-*.jar")) {
      for (Path jar : jars) {
        return jar;
      }
    } catch (IOException unreadable) {
      // Reported as what it means, below.
    }
    throw new EmbeddedStartException(
        "the embedded broker is not built: no millrace-broker jar in " + layout.brokerLibDir());
  }
}
