package io.millrace.ingress.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Topic;
import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.config.IngressConfig;
import java.time.Duration;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one producer of llm.requests. Sending must not hold up an event loop, so metadata is fetched
 * before the first request and kept, the buffer is larger than what ingress lets in, and after a
 * timeout the next requests are refused at once for a moment instead of waiting one by one.
 */
public final class RequestProducer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RequestProducer.class);
  private static final Duration BLOCK_MAX = Duration.ofMillis(20);
  private static final Duration REFUSAL = Duration.ofMillis(500);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration WARM_TIMEOUT = Duration.ofSeconds(60);
  private static final int BATCH_BYTES = 64 * 1024;

  private final Topic<SpecificRecord> topic;
  private final KafkaProducer<byte[], byte[]> producer;
  private final ViewPositions positions;
  private final Counter acknowledged;
  private final Counter failed;
  private volatile long refuseUntilNanos = System.nanoTime();

  public RequestProducer(
      KafkaClients kafka,
      Topic<SpecificRecord> topic,
      IngressConfig config,
      ViewPositions positions,
      MeterRegistry metrics) {
    this.topic = topic;
    this.positions = positions;
    this.producer = kafka.producer(properties(config));
    this.acknowledged = metrics.counter("millrace.ingress.acknowledged");
    this.failed = metrics.counter("millrace.ingress.send.failed");
  }

  private static Map<String, Object> properties(IngressConfig config) {
    int acceptMs = Math.toIntExact(config.acceptTimeout().toMillis());
    return Map.of(
        ProducerConfig.CLIENT_ID_CONFIG,
        "ingress-requests",
        // Under load the requests of a millisecond share one trip to the broker.
        ProducerConfig.LINGER_MS_CONFIG,
        1,
        ProducerConfig.BATCH_SIZE_CONFIG,
        BATCH_BYTES,
        ProducerConfig.COMPRESSION_TYPE_CONFIG,
        "none",
        ProducerConfig.MAX_BLOCK_MS_CONFIG,
        BLOCK_MAX.toMillis(),
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
        acceptMs,
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
        Math.max(1, acceptMs * 2 / 3),
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
        TopicSpec.RECORD_BYTES_MAX,
        ProducerConfig.BUFFER_MEMORY_CONFIG,
        2 * config.unacknowledgedBytesMax() + 2L * TopicSpec.RECORD_BYTES_MAX,
        ProducerConfig.METADATA_MAX_IDLE_CONFIG,
        Duration.ofDays(365).toMillis());
  }

  /** Fetches what the first send needs. Blocks until Kafka answers. */
  public void warm() {
    long giveUpAt = System.nanoTime() + WARM_TIMEOUT.toNanos();
    while (true) {
      try {
        producer.partitionsFor(topic.name());
        return;
      } catch (TimeoutException e) {
        if (System.nanoTime() > giveUpAt) {
          throw e;
        }
      }
    }
  }

  public void submit(RequestSubmitted request, AcceptListener listener) {
    append(request.getAccount(), request, request.getRequestId(), listener);
  }

  public void cancel(CancelRequest order, AcceptListener listener) {
    append(order.getAccount(), order, order.getRequestId(), listener);
  }

  /**
   * Writes what a client asked for, in the order of its account.
   *
   * @param subject id of the request, file or batch that it is about
   */
  public void append(
      String account, SpecificRecord value, String subject, AcceptListener listener) {
    if (System.nanoTime() - refuseUntilNanos < 0) {
      fail(listener, new TimeoutException("Kafka did not answer a moment ago"));
      return;
    }
    try {
      producer.send(
          topic.record(account, value, subject),
          (metadata, e) -> {
            if (e == null) {
              acknowledged.increment();
              positions.acknowledged(metadata.partition(), metadata.offset());
              listener.onAcknowledged(metadata.partition(), metadata.offset());
            } else {
              fail(listener, e);
            }
          });
    } catch (KafkaException | IllegalStateException e) {
      fail(listener, e);
    }
  }

  private void fail(AcceptListener listener, Exception cause) {
    failed.increment();
    if (cause instanceof TimeoutException && System.nanoTime() - refuseUntilNanos >= 0) {
      refuseUntilNanos = System.nanoTime() + REFUSAL.toNanos();
      LOG.atWarn()
          .addKeyValue("topic", topic.name())
          .addKeyValue("error", cause.getMessage())
          .log("requests are refused, kafka does not answer");
    }
    listener.onFailed(cause);
  }

  /** Sends what is on its way and ends. */
  @Override
  public void close() {
    producer.close(CLOSE_TIMEOUT);
  }
}
