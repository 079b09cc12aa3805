package io.millrace.testkit;

import io.millrace.broker.EmbeddedKafka;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** A broker in this JVM on a temporary directory, both gone with the JVM. */
final class InProcessBroker {

  private InProcessBroker() {}

  /** Starts it and says where it listens. */
  static String start() {
    try {
      var directory = Files.createTempDirectory("millrace-broker");
      var kafka = EmbeddedKafka.start(directory);
      // In this order: Kafka halts the JVM when its log directory disappears while it runs.
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("test-broker-stop")
                  .unstarted(
                      () -> {
                        kafka.close();
                        Directories.delete(directory);
                      }));
      return kafka.bootstrapServers();
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary directory for the test broker", e);
    }
  }
}
