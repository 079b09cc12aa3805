package io.millrace.workers.kafka;

import io.millrace.schemas.CancelAttempt;
import io.millrace.schemas.Topic;
import io.millrace.workers.CancelOrders;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the orders to abort attempts, from now on: calls of earlier lives are gone. Every worker
 * reads all of them, so there is no group.
 */
public final class CancellationReader {

  private static final Logger LOG = LoggerFactory.getLogger(CancellationReader.class);

  private static final Duration POLL_TIMEOUT = Duration.ofSeconds(1);

  private final Topic<CancelAttempt> topic;
  private final Consumer<byte[], byte[]> consumer;
  private final CancelOrders orders;
  private final java.util.function.Consumer<String> aborter;
  private final Clock clock;
  private final Thread thread;
  private volatile boolean isStopping;
  private volatile boolean isRunning;

  /**
   * @param aborter is told each attempt whose abortion is ordered, after it can be found in orders
   */
  public CancellationReader(
      Topic<CancelAttempt> topic,
      Consumer<byte[], byte[]> consumer,
      CancelOrders orders,
      java.util.function.Consumer<String> aborter,
      Clock clock) {
    this.topic = topic;
    this.consumer = consumer;
    this.orders = orders;
    this.aborter = aborter;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("cancellations").unstarted(this::run);
  }

  /** Begins to read. Returns when no later order can be missed. */
  public void start() {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic.name()).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    isRunning = true;
    thread.start();
  }

  public void stop() throws InterruptedException {
    isStopping = true;
    consumer.wakeup();
    thread.join();
  }

  public boolean isRunning() {
    return isRunning;
  }

  private void run() {
    try (consumer) {
      while (!isStopping) {
        pollOnce();
      }
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("cancellations are not read any more");
    } finally {
      isRunning = false;
    }
  }

  private void pollOnce() {
    try {
      for (var record : consumer.poll(POLL_TIMEOUT)) {
        if (record.value() != null) {
          onOrder(record.value());
        }
      }
    } catch (WakeupException e) {
      // Only stop() wakes.
    }
  }

  private void onOrder(byte[] value) {
    try {
      var attemptId = topic.serde().fromBytes(value).getAttemptId();
      orders.add(attemptId, clock.millis());
      aborter.accept(attemptId);
    } catch (SerializationException e) {
      LOG.atError()
          .addKeyValue("error", e.getMessage())
          .log("cancellation cannot be read, skipped");
    }
  }
}
