package io.millrace.ingress.kafka;

import io.millrace.bootstrap.KafkaClients;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the log and the view stand when ingress starts: what was accepted before a crash must not
 * be answered with 404 while the view catches up.
 */
public final class LogEnds {

  private static final long TIMEOUT_SECONDS = 60;

  private LogEnds() {}

  /** Positions of every partition of the topic as they are now. Blocks. */
  public static ViewPositions read(KafkaClients kafka, String topic, String viewGroup) {
    try (var admin = kafka.admin()) {
      int count =
          get(admin.describeTopics(List.of(topic)).allTopicNames()).values().stream()
              .mapToInt(described -> described.partitions().size())
              .sum();
      var begins = offsets(admin, topic, count, OffsetSpec.earliest());
      var ends = offsets(admin, topic, count, OffsetSpec.latest());
      var committed =
          get(admin.listConsumerGroupOffsets(viewGroup).partitionsToOffsetAndMetadata());
      var positions = new ViewPositions(count);
      for (int p = 0; p < count; p++) {
        var partition = new TopicPartition(topic, p);
        positions.passed(p, Math.max(offset(begins, partition), offsetIn(committed, partition)));
        positions.acknowledged(p, offset(ends, partition) - 1);
      }
      return positions;
    }
  }

  private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
      Admin admin, String topic, int count, OffsetSpec which) {
    var asked = new HashMap<TopicPartition, OffsetSpec>();
    for (int p = 0; p < count; p++) {
      asked.put(new TopicPartition(topic, p), which);
    }
    return get(admin.listOffsets(asked).all());
  }

  private static long offset(
      Map<TopicPartition, ListOffsetsResultInfo> offsets, TopicPartition partition) {
    var found = offsets.get(partition);
    return found == null ? 0 : found.offset();
  }

  private static long offsetIn(
      Map<TopicPartition, OffsetAndMetadata> offsets, TopicPartition partition) {
    var found = offsets.get(partition);
    return found == null ? 0 : found.offset();
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka does not answer", e);
    }
  }
}
