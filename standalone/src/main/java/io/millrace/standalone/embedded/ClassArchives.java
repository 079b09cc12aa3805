package io.millrace.standalone.embedded;

import io.millrace.standalone.embedded.ChildCommands.ArchiveMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;

/**
 * Writes the children's class data archives: {@code ClassArchives <installation root>}. Part of the
 * build, because a JVM writes its archive while it exits, for seconds, and a user's Ctrl-C should
 * not wait for that.
 */
public final class ClassArchives {
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(60);

  private ClassArchives() {}

  public static void main(String[] args) throws Exception {
    InstallationLayout layout = InstallationLayout.of(Path.of(args[0]));
    Files.createDirectories(layout.archiveDir());
    Path directory = Files.createTempDirectory("millrace-archives");
    try (var services =
        EmbeddedServices.start(
            new EmbeddedConfig(directory, 0, 0, layout),
            exit -> {},
            ArchiveMode.WRITE,
            WRITE_TIMEOUT)) {
      services.kafka().get(WRITE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      services.schemaRegistryUrl().get(WRITE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } finally {
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
