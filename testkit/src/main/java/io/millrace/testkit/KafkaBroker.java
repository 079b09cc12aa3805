package io.millrace.testkit;

import io.millrace.bootstrap.KafkaClients;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one place from which integration tests take their broker. There is one per JVM, started when
 * it is first asked for and stopped with the JVM; tests stay apart by their {@link #prefix}.
 *
 * <p>It runs in this JVM, unless the environment variable or system property {@code
 * MILLRACE_TEST_BROKER} is {@code testcontainers} and a Docker engine is found: then it is a
 * container.
 */
public final class KafkaBroker {

  /** Says where the broker runs: {@code in-process}, the default, or {@code testcontainers}. */
  public static final String CHOICE = "MILLRACE_TEST_BROKER";

  private static final AtomicInteger PREFIXES = new AtomicInteger();

  private final String bootstrapServers;

  private KafkaBroker(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  /** The broker of this JVM; the first call starts it. */
  public static KafkaBroker shared() {
    return Shared.BROKER;
  }

  /** A prefix for topics, groups and application ids that no other test class of this JVM has. */
  public static String prefix(Class<?> test) {
    var name = test.getSimpleName().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    return name + PREFIXES.incrementAndGet() + ".";
  }

  /** The address for clients, {@code host:port}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Clients as the services make them. */
  public KafkaClients clients() {
    return new KafkaClients(bootstrapServers, Map.of());
  }

  private static final class Shared {
    static final KafkaBroker BROKER = new KafkaBroker(start());

    private static String start() {
      var chosen = System.getProperty(CHOICE, System.getenv().getOrDefault(CHOICE, "in-process"));
      return switch (chosen) {
        case "in-process" -> InProcessBroker.start();
        case "testcontainers" ->
            ContainerBroker.start()
                .orElseGet(
                    () -> {
                      System.err.println("no Docker engine found: the test broker runs in-process");
                      return InProcessBroker.start();
                    });
        default ->
            throw new IllegalArgumentException(
                CHOICE + " must be in-process or testcontainers: " + chosen);
      };
    }
  }
}
