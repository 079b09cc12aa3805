package io.millrace.ingress.kafka;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.schemas.StreamDelta;
import io.millrace.schemas.Topic;
import io.millrace.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads the deltas of one request that are already on the log: from the time it was submitted to
 * the end as it was when asked, or to where the asker has enough. A few at a time; each takes the
 * one partition that the request id hashes to and leaves out the others' records by their header.
 * Consumers are kept for the next that asks: to make one takes longer than to read.
 */
public final class DeltaHistory implements AutoCloseable {

  private static final int READERS_MAX = 4;
  private static final int WAITING_MAX = 256;
  private static final int FETCH_WAIT_MS_MAX = 10;
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
  private final Queue<KafkaConsumer<byte[], byte[]>> idle = new ConcurrentLinkedQueue<>();
  private volatile boolean isClosed;

  /** Which deltas are wanted. */
  private record Question(
      String requestId, Instant since, Instant until, Predicate<StreamDelta> deltas) {}

  public DeltaHistory(KafkaClients kafka, Topics topics) {
    this.kafka = kafka;
    this.topic = topics.deltas();
    readers.allowCoreThreadTimeOut(true);
  }

  /** Makes the first reader's consumer and connects it, so that the first who asks need not. */
  public CompletableFuture<Void> warm() {
    return CompletableFuture.runAsync(
        () -> {
          var consumer = consumer();
          var partitions =
              consumer.partitionsFor(topic.name()).stream()
                  .map(found -> new TopicPartition(found.topic(), found.partition()))
                  .toList();
          consumer.assign(partitions);
          consumer.seekToEnd(partitions);
          consumer.poll(Duration.ZERO);
          consumer.unsubscribe();
          keep(consumer);
        },
        readers);
  }

  /**
   * Hands the deltas over in order, on a reader's thread, and completes after the last. Fails with
   * {@link java.util.concurrent.RejectedExecutionException} at once when too many read.
   */
  public CompletableFuture<Void> read(
      String requestId, Instant since, Consumer<StreamDelta> deltas) {
    return read(
        requestId,
        since,
        Instant.MAX,
        delta -> {
          deltas.accept(delta);
          return true;
        });
  }

  /**
   * The same for what has an end.
   *
   * @param until nothing that was written later is wanted
   * @param deltas takes the next; false when it needs no more
   */
  public CompletableFuture<Void> read(
      String requestId, Instant since, Instant until, Predicate<StreamDelta> deltas) {
    var question = new Question(requestId, since, until, deltas);
    return CompletableFuture.runAsync(() -> answer(question), readers);
  }

  private void answer(Question question) {
    var consumer = consumer();
    boolean isFine = false;
    try {
      read(consumer, question);
      consumer.unsubscribe();
      isFine = true;
    } finally {
      if (isFine) {
        keep(consumer);
      } else {
        consumer.close();
      }
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    var kept = idle.poll();
    return kept != null
        ? kept
        : kafka.consumer(
            Map.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                // To leave a partition takes until the fetch on its way is answered.
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                FETCH_WAIT_MS_MAX));
  }

  private void keep(KafkaConsumer<byte[], byte[]> consumer) {
    idle.add(consumer);
    if (isClosed) {
      closeIdle();
    }
  }

  private void closeIdle() {
    for (var consumer = idle.poll(); consumer != null; consumer = idle.poll()) {
      consumer.close();
    }
  }

  private void read(KafkaConsumer<byte[], byte[]> consumer, Question question) {
    var partition = partitionOf(consumer, question.requestId());
    consumer.assign(List.of(partition));
    long end = endOf(consumer, partition);
    var begin =
        consumer.offsetsForTimes(Map.of(partition, question.since().toEpochMilli())).get(partition);
    if (begin == null) {
      return;
    }
    consumer.seek(partition, begin.offset());
    var id = question.requestId().getBytes(StandardCharsets.ISO_8859_1);
    long untilMillis =
        question.until().equals(Instant.MAX) ? Long.MAX_VALUE : question.until().toEpochMilli();
    long giveUpAt = System.nanoTime() + READ_TIMEOUT.toNanos();
    while (consumer.position(partition) < end && System.nanoTime() < giveUpAt) {
      for (var record : consumer.poll(POLL_TIMEOUT)) {
        if (record.timestamp() > untilMillis
            || (isOf(record, id)
                && !question.deltas().test(topic.serde().fromBytes(record.value())))) {
          return;
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
    return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
  }

  @Override
  public void close() {
    isClosed = true;
    readers.shutdownNow();
    closeIdle();
  }
}
