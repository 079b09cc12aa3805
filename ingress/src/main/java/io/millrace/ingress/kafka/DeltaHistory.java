package io.millrace.ingress.kafka;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.schemas.StreamDelta;
import io.millrace.schemas.Topic;
import io.millrace.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads the deltas of one request that are already on the log: from the time it was submitted to
 * the end as it was when asked. A few at a time; each takes the one partition that the request id
 * hashes to and leaves out the others' records by their header.
 */
public final class DeltaHistory implements AutoCloseable {

  private static final int READERS_MAX = 4;
  private static final int WAITING_MAX = 256;
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

  private final KafkaClients kafka;
  private final Topic<StreamDelta> topic;
  private final ThreadPoolExecutor readers =
      new ThreadPoolExecutor(
          READERS_MAX,
          READERS_MAX,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING_MAX),
          Thread.ofPlatform().daemon().name("ingress-history-", 0).factory());

  public DeltaHistory(KafkaClients kafka, Topics topics) {
    this.kafka = kafka;
    this.topic = topics.deltas();
    readers.allowCoreThreadTimeOut(true);
  }

  /**
   * Hands the deltas over in order, on a reader's thread, and completes after the last. Fails with
   * {@link java.util.concurrent.RejectedExecutionException} at once when too many read.
   */
  public CompletableFuture<Void> read(
      String requestId, Instant since, Consumer<StreamDelta> deltas) {
    return CompletableFuture.runAsync(() -> readNow(requestId, since, deltas), readers);
  }

  private void readNow(String requestId, Instant since, Consumer<StreamDelta> deltas) {
    try (var consumer =
        kafka.consumer(Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"))) {
      var partition = partitionOf(consumer, requestId);
      consumer.assign(java.util.List.of(partition));
      long end = endOf(consumer, partition);
      var begin = consumer.offsetsForTimes(Map.of(partition, since.toEpochMilli())).get(partition);
      if (begin == null) {
        return;
      }
      consumer.seek(partition, begin.offset());
      var id = requestId.getBytes(StandardCharsets.ISO_8859_1);
      long giveUpAt = System.nanoTime() + READ_TIMEOUT.toNanos();
      while (consumer.position(partition) < end && System.nanoTime() < giveUpAt) {
        for (var record : consumer.poll(POLL_TIMEOUT)) {
          if (isOf(record, id)) {
            deltas.accept(topic.serde().fromBytes(record.value()));
          }
        }
      }
    }
  }

  private static boolean isOf(ConsumerRecord<byte[], byte[]> record, byte[] requestId) {
    var header = record.headers().lastHeader(Topic.REQUEST_ID_HEADER);
    return header != null && Arrays.equals(header.value(), requestId);
  }

  private TopicPartition partitionOf(KafkaConsumer<byte[], byte[]> consumer, String requestId) {
    int count = consumer.partitionsFor(topic.name()).size();
    int hash = Utils.murmur2(requestId.getBytes(StandardCharsets.UTF_8));
    return new TopicPartition(topic.name(), Utils.toPositive(hash) % count);
  }

  private static long endOf(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
    return consumer.endOffsets(java.util.List.of(partition)).getOrDefault(partition, 0L);
  }

  @Override
  public void close() {
    readers.shutdownNow();
  }
}
