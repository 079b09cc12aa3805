package io.millrace.ingress.kafka;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.Topic;
import io.millrace.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads replies, results and deltas as they are written and tells those who wait for them. Each
 * ingress instance reads all partitions: a waiter's answer may come on any. A record's request is
 * in its header, so one that nobody here waits for is never decoded.
 */
public final class ReplyTail implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ReplyTail.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final long PAUSE_MS = 200;
  private static final long JOIN_TIMEOUT_MS = 5_000;

  private final Listeners<NewsListener> news;
  private final List<String> topics;
  private final AvroSerde<SpecificRecord> serde;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private final CountDownLatch stopping = new CountDownLatch(1);

  public ReplyTail(KafkaClients kafka, Topics topics, Listeners<NewsListener> news) {
    this.news = news;
    this.serde = topics.replies().serde();
    this.topics = List.of(topics.replies().name(), topics.results().name(), topics.deltas().name());
    this.consumer =
        kafka.consumer(
            Map.of(
                ConsumerConfig.CLIENT_ID_CONFIG, "ingress-tail",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000));
    this.thread = new Thread(this::run, "ingress-tail");
  }

  /** Begins at the end of the topics; what is written after this returns is seen. */
  public void start() {
    var partitions =
        topics.stream()
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(found -> new TopicPartition(found.topic(), found.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread.start();
  }

  public boolean isRunning() {
    return thread.isAlive();
  }

  private void run() {
    try (consumer) {
      while (stopping.getCount() > 0) {
        try {
          consumer.poll(POLL_TIMEOUT).forEach(this::onRecord);
        } catch (WakeupException e) {
          // Only close() wakes the consumer.
          return;
        } catch (InterruptException e) {
          return;
        } catch (KafkaException e) {
          LOG.atWarn().addKeyValue("error", e.toString()).log("tail could not read");
          pause();
        }
      }
    }
  }

  private void onRecord(ConsumerRecord<byte[], byte[]> record) {
    if (news.isEmpty()) {
      return;
    }
    var header = record.headers().lastHeader(Topic.REQUEST_ID_HEADER);
    if (header == null) {
      return;
    }
    var requestId = new String(header.value(), StandardCharsets.ISO_8859_1);
    if (!news.isAwaited(requestId)) {
      return;
    }
    try {
      var decoded = serde.fromBytes(record.value());
      news.tell(requestId, listener -> listener.onNews(decoded));
    } catch (SerializationException e) {
      LOG.atWarn()
          .addKeyValue("topic", record.topic())
          .addKeyValue("partition", record.partition())
          .addKeyValue("offset", record.offset())
          .addKeyValue("error", e.getMessage())
          .log("record cannot be read by the tail");
    }
  }

  private void pause() {
    try {
      boolean isStopping = stopping.await(PAUSE_MS, TimeUnit.MILLISECONDS);
      LOG.atDebug().addKeyValue("isStopping", isStopping).log("reading goes on after a failure");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stopping.countDown();
    consumer.wakeup();
    try {
      if (thread.isAlive()) {
        thread.join(JOIN_TIMEOUT_MS);
      } else {
        consumer.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
