package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.portInRange;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.HashMap;
import java.util.Map;

/**
 * Which Kafka to use: a broker of our own as a child process, or an existing cluster. Every key
 * with a dot in it, such as {@code security.protocol}, is handed to Kafka's clients as it is.
 */
public final class KafkaConfig {

  @JsonProperty private boolean embedded = true;
  @JsonProperty private int port = 9092;
  @JsonProperty private String bootstrapServers = "";
  private final Map<String, String> clientProperties = new HashMap<>();

  /** A broker of our own on this port; 0 takes any free one. */
  public static KafkaConfig embeddedOn(int port) {
    var config = new KafkaConfig();
    config.port = port;
    return config;
  }

  /** An existing cluster. */
  public static KafkaConfig at(String bootstrapServers) {
    var config = new KafkaConfig();
    config.embedded = false;
    config.bootstrapServers = bootstrapServers;
    return config;
  }

  @JsonAnySetter
  void clientProperty(String name, String value) {
    check(name.contains("."), "unknown key kafka." + name);
    clientProperties.put(name, value);
  }

  void validate() {
    portInRange(port, "kafka.port");
    check(
        embedded
            || !bootstrapServers.isEmpty()
            || clientProperties.containsKey("bootstrap.servers"),
        "kafka.bootstrapServers is needed when kafka.embedded is false");
  }

  /** True when `up` starts a broker. Naming bootstrap servers means false. */
  public boolean embedded() {
    return embedded && bootstrapServers.isEmpty();
  }

  /** Port of the embedded broker; 0 takes any free one. */
  public int port() {
    return port;
  }

  /** Where the brokers are; empty when embedded. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** What Kafka's clients are given beside what the services set themselves. */
  public Map<String, String> clientProperties() {
    return Map.copyOf(clientProperties);
  }

  /** The same cluster properties, found at these servers. */
  public KafkaConfig foundAt(String servers) {
    var config = at(servers);
    config.clientProperties.putAll(clientProperties);
    return config;
  }
}
