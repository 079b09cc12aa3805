package io.millrace.bootstrap;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Clients of one Kafka cluster with what all of Millrace wants of them: idempotent producers that
 * wait for all in-sync replicas, consumers that read only committed records and commit by hand.
 * Bytes in, bytes out; the topics know the types.
 */
public final class KafkaClients {

  private static final long ADMIN_TIMEOUT_SECONDS = 60;

  private final Map<String, Object> common;

  /**
   * @param clientProperties any property of Kafka's clients; the servers given here win
   */
  public KafkaClients(String bootstrapServers, Map<String, String> clientProperties) {
    var all = new HashMap<String, Object>(clientProperties);
    if (!bootstrapServers.isEmpty()) {
      all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    }
    this.common = Map.copyOf(all);
  }

  /** Servers and security settings, for clients that are built elsewhere, such as Kafka Streams. */
  public Map<String, Object> common() {
    return common;
  }

  /** A producer with acks=all; {@code overrides} are Kafka's own property names. */
  public KafkaProducer<byte[], byte[]> producer(Map<String, Object> overrides) {
    var all = new HashMap<>(common);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    all.putAll(overrides);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** A consumer that reads committed records; {@code overrides} are Kafka's own property names. */
  public KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> overrides) {
    var all = new HashMap<>(common);
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    all.putAll(overrides);
    return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  public Admin admin() {
    return Admin.create(common);
  }

  /** Creates the topics that are absent and leaves the others as they are. Blocks. */
  public void createMissing(List<NewTopic> topics) {
    try (var admin = admin()) {
      Set<String> present = admin.listTopics().names().get(ADMIN_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      var missing =
          topics.stream().filter(t -> !present.contains(t.name())).collect(Collectors.toList());
      if (missing.isEmpty()) {
        return;
      }
      for (var created : admin.createTopics(missing).values().entrySet()) {
        try {
          created.getValue().get(ADMIN_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
          // Another process that starts at the same time may have been quicker.
          if (!(e.getCause() instanceof TopicExistsException)) {
            throw new IllegalStateException(
                "cannot create topic " + created.getKey(), e.getCause());
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while creating topics", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka does not answer", e);
    }
  }
}
