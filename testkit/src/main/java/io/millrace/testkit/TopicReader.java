package io.millrace.testkit;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.RegistrySchemaIds;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.TopicsConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads whole topics as any other consumer would: committed records, Confluent's wire format. */
public final class TopicReader {

  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaClients clients;
  private final Topics topics;
  private final AvroSerde<SpecificRecord> serde;

  private TopicReader(KafkaClients clients, RegistrySchemaIds ids) {
    this.clients = clients;
    this.topics = new Topics(TopicsConfig.defaults(), ids);
    this.serde = new AvroSerde<>(SpecificRecord.class, ids);
  }

  /** The topics of a running product. */
  public static TopicReader of(MillraceProcess millrace) {
    return new TopicReader(
        new KafkaClients(millrace.kafka(), Map.of()),
        RegistrySchemaIds.at(millrace.schemaRegistry(), Duration.ofSeconds(20)));
  }

  /** Their names. */
  public Topics topics() {
    return topics;
  }

  /** The values of the type, from the beginning to what is the end now. */
  public <T extends SpecificRecord> List<T> all(String topic, Class<T> type) {
    var values = new ArrayList<T>();
    read(topic, (key, value) -> addIf(type, value, values));
    return values;
  }

  /** The newest value of every key. */
  public <T extends SpecificRecord> Map<String, T> latest(String topic, Class<T> type) {
    var values = new LinkedHashMap<String, T>();
    read(
        topic,
        (key, value) -> {
          if (type.isInstance(value)) {
            values.put(key, type.cast(value));
          }
        });
    return values;
  }

  private static <T> void addIf(Class<T> type, SpecificRecord value, List<T> values) {
    if (type.isInstance(value)) {
      values.add(type.cast(value));
    }
  }

  private void read(String topic, BiConsumer<String, SpecificRecord> sink) {
    try (var consumer = clients.consumer(Map.of("auto.offset.reset", "earliest"))) {
      var partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (var record : consumer.poll(POLL)) {
          if (record.value() != null) {
            sink.accept(
                new String(record.key(), StandardCharsets.UTF_8), serde.fromBytes(record.value()));
          }
        }
      }
    }
  }
}
