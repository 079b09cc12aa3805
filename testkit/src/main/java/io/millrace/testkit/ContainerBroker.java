package io.millrace.testkit;

import io.millrace.schemas.TopicSpec;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** A broker in a container, which ends with the JVM. Needs Testcontainers on the class path. */
final class ContainerBroker {

  private static final String IMAGE = "apache/kafka:4.3.1";

  private ContainerBroker() {}

  /** Starts it and says where it listens; empty without a Docker engine. */
  @SuppressWarnings("resource") // closed by the hook
  static Optional<String> start() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return Optional.empty();
    }
    var kafka = new KafkaContainer(IMAGE);
    kafka
        .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
        .withEnv("KAFKA_MESSAGE_MAX_BYTES", Integer.toString(TopicSpec.RECORD_BYTES_MAX))
        .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
        .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000")
        .start();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("test-broker-stop").unstarted(kafka::close));
    return Optional.of(kafka.getBootstrapServers());
  }
}
