package io.millrace.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
  private static final String TOPIC = "fruit";
  private static final Duration POLL_TIMEOUT = Duration.ofSeconds(20);

  @Test
  void shouldKeepRecordsWhenRestartedOnOtherPorts(@TempDir Path directory) throws Exception {
    // Given
    String firstAddress;
    try (var kafka = EmbeddedKafka.start(directory)) {
      firstAddress = kafka.bootstrapServers();
      createTopic(kafka);
      produceInTransaction(kafka, "apple");
    }
    // When
    try (var kafka = EmbeddedKafka.start(directory)) {
      produceInTransaction(kafka, "pear");
      // Then
      assertThat(kafka.bootstrapServers()).isNotEqualTo(firstAddress);
      assertThat(consume(kafka, 2)).containsExactly("apple", "pear");
    }
  }

  @Test
  void shouldKeepBrokersApartWhenTwoRunInOneJvm(@TempDir Path left, @TempDir Path right)
      throws Exception {
    // Given
    try (var first = EmbeddedKafka.start(left);
        var second = EmbeddedKafka.start(right)) {
      createTopic(first);
      createTopic(second);
      // When
      produceInTransaction(first, "apple");
      produceInTransaction(second, "pear");
      // Then
      assertThat(consume(first, 1)).containsExactly("apple");
      assertThat(consume(second, 1)).containsExactly("pear");
    }
  }

  @Test
  void shouldTakeRecordsOfSixteenMebibytesWhenTheClientAllowsThem(@TempDir Path directory)
      throws Exception {
    // Given
    try (var kafka = EmbeddedKafka.start(directory);
        var producer =
            new KafkaProducer<>(
                Map.of(
                    "bootstrap.servers",
                    kafka.bootstrapServers(),
                    "max.request.size",
                    17 * 1024 * 1024),
                new StringSerializer(),
                new ByteArraySerializer())) {
      createTopic(kafka);
      // When
      var stored = producer.send(new ProducerRecord<>(TOPIC, new byte[16 * 1024 * 1024])).get();
      // Then
      assertThat(stored.offset()).isZero();
    }
  }

  @Test
  void shouldLetGivenPropertiesWinWhenTheyNameTheBrokersOwn(@TempDir Path directory)
      throws Exception {
    // Given
    var properties = Map.of("auto.create.topics.enable", "true", "num.partitions", "3");
    // When
    try (var kafka = EmbeddedKafka.start(directory, 0, 0, properties)) {
      produce(kafka, "apple");
      // Then
      assertThat(partitions(kafka)).isEqualTo(3);
    }
  }

  @Test
  void shouldCreateNoTopicWhenNobodyAsksForIt(@TempDir Path directory) {
    // Given
    try (var kafka = EmbeddedKafka.start(directory)) {
      // When
      assertThatThrownBy(() -> partitions(kafka))
          // Then
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }
  }

  private static void createTopic(EmbeddedKafka kafka) throws Exception {
    try (var admin = admin(kafka)) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    }
  }

  private static int partitions(EmbeddedKafka kafka) throws Exception {
    try (var admin = admin(kafka)) {
      return admin
          .describeTopics(List.of(TOPIC))
          .allTopicNames()
          .get()
          .values()
          .iterator()
          .next()
          .partitions()
          .size();
    }
  }

  private static Admin admin(EmbeddedKafka kafka) {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  private static void produce(EmbeddedKafka kafka, String value) throws Exception {
    try (var producer = producer(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      producer.send(new ProducerRecord<>(TOPIC, value.getBytes(StandardCharsets.UTF_8))).get();
    }
  }

  private static void produceInTransaction(EmbeddedKafka kafka, String value) {
    try (var producer =
        producer(
            Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "grower"))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(TOPIC, value.getBytes(StandardCharsets.UTF_8)));
      producer.commitTransaction();
    }
  }

  private static KafkaProducer<String, byte[]> producer(Map<String, Object> properties) {
    return new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
  }

  private static List<String> consume(EmbeddedKafka kafka, int count) {
    Map<String, Object> properties =
        Map.of(
            "bootstrap.servers", kafka.bootstrapServers(),
            "group.id", "eaters",
            "isolation.level", "read_committed",
            "auto.offset.reset", "earliest");
    var values = new ArrayList<String>();
    try (var consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      long giveUpNanos = System.nanoTime() + POLL_TIMEOUT.toNanos();
      while (values.size() < count && System.nanoTime() - giveUpNanos < 0) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }
}
