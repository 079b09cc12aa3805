package io.millrace.standalone.embedded;

import java.nio.file.Path;

/**
 * Where the embedded services keep their data, where they listen (0 is any free port) and what they
 * are started from.
 */
public record EmbeddedConfig(
    Path dataDir, int kafkaPort, int schemaRegistryPort, InstallationLayout layout) {
  public EmbeddedConfig {
    dataDir = dataDir.toAbsolutePath().normalize();
    requirePort("kafka.port", kafkaPort);
    requirePort("schemaRegistry.port", schemaRegistryPort);
  }

  private static void requirePort(String name, int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(name + " must be between 0 and 65535: " + port);
    }
  }

  Path kafkaDir() {
    return dataDir.resolve("kafka");
  }

  Path registryDir() {
    return dataDir.resolve("registry");
  }
}
