package io.millrace.ingress.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.ingress.blobs.ClaimCheck;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Topic;
import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.config.IngressConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
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
  private final ClaimCheck claimCheck;

  /** Requests whose bodies are on their way to the blob store, by id. */
  private final Map<String, CompletableFuture<Void>> beingStored = new ConcurrentHashMap<>();

  private final Counter acknowledged;
  private final Counter failed;
  private volatile long refuseUntilNanos = System.nanoTime();

  public RequestProducer(
      KafkaClients kafka,
      Topic<SpecificRecord> topic,
      IngressConfig config,
      ViewPositions positions,
      ClaimCheck claimCheck,
      MeterRegistry metrics) {
    this.topic = topic;
    this.positions = positions;
    this.claimCheck = claimCheck;
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

  /** Writes a request; a large body goes to the blob store before. */
  public void submit(RequestSubmitted request, AcceptListener listener) {
    if (!ClaimCheck.isNeededBy(request)) {
      append(request.getAccount(), request, request.getRequestId(), listener);
    } else if (isRefusing()) {
      fail(listener, refusal());
    } else {
      submitLarge(request, listener);
    }
  }

  private void submitLarge(RequestSubmitted request, AcceptListener listener) {
    var id = request.getRequestId();
    var appended = new CompletableFuture<Void>();
    beingStored.put(id, appended);
    try {
      claimCheck
          .store(request)
          .whenComplete(
              (light, e) -> {
                if (e == null) {
                  append(request.getAccount(), light, id, listener);
                } else {
                  onNotStored(listener, e);
                }
                beingStored.remove(id, appended);
                appended.complete(null);
              });
    } catch (RejectedExecutionException e) {
      beingStored.remove(id, appended);
      appended.complete(null);
      onNotStored(listener, e);
    }
  }

  private void onNotStored(AcceptListener listener, Throwable cause) {
    LOG.atWarn().addKeyValue("error", cause.toString()).log("large body cannot be stored");
    fail(listener, new IOException("the blob store does not take the body", cause));
  }

  /** Behind the request that it is about, should that be on its way. */
  public void cancel(CancelRequest order, AcceptListener listener) {
    var appended = beingStored.get(order.getRequestId());
    if (appended == null) {
      append(order.getAccount(), order, order.getRequestId(), listener);
    } else {
      appended.thenRun(() -> append(order.getAccount(), order, order.getRequestId(), listener));
    }
  }

  /**
   * Writes what a client asked for, in the order of its account.
   *
   * @param subject id of the request, file or batch that it is about
   */
  public void append(
      String account, SpecificRecord value, String subject, AcceptListener listener) {
    if (isRefusing()) {
      fail(listener, refusal());
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

  private boolean isRefusing() {
    return System.nanoTime() - refuseUntilNanos < 0;
  }

  private static TimeoutException refusal() {
    return new TimeoutException("Kafka did not answer a moment ago");
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
