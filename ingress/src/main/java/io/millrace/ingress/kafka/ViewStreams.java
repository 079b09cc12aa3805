package io.millrace.ingress.kafka;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.config.TopicsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the status view: at-least-once, one thread, state under the data directory. */
public final class ViewStreams implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ViewStreams.class);
  private static final Duration COMMIT_INTERVAL = Duration.ofMillis(500);
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
  private static final int REPLACEMENTS_MAX = 10;
  private static final int POLL_RECORDS_MAX = 2000;
  private static final int BATCH_BYTES = 64 * 1024;

  private final KafkaStreams streams;
  private final AtomicInteger replacements = new AtomicInteger();
  private final CountDownLatch running = new CountDownLatch(1);

  /**
   * @param instance stable name of this process among all ingress instances, so that a restart
   *     rejoins at once
   * @param applicationServer host:port under which other instances would ask this one
   */
  public ViewStreams(
      Topology topology,
      KafkaClients kafka,
      TopicsConfig topics,
      Path dataDirectory,
      String instance,
      String applicationServer) {
    var properties = new Properties();
    properties.putAll(properties(kafka, topics, dataDirectory, instance, applicationServer));
    streams = new KafkaStreams(topology, properties);
    streams.setUncaughtExceptionHandler(this::onFailure);
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.RUNNING || now == KafkaStreams.State.ERROR) {
            running.countDown();
          }
        });
  }

  /** Name of the application and its consumer group. */
  public static String applicationId(TopicsConfig topics) {
    return topics.prefix() + "ingress";
  }

  private static Map<String, Object> properties(
      KafkaClients kafka,
      TopicsConfig topics,
      Path dataDirectory,
      String instance,
      String applicationServer) {
    var all = new HashMap<>(kafka.common());
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId(topics));
    all.put(StreamsConfig.APPLICATION_SERVER_CONFIG, applicationServer);
    all.put(StreamsConfig.STATE_DIR_CONFIG, dataDirectory.resolve("streams").toString());
    all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL.toMillis());
    all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    all.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, topics.replicationFactor());
    all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
    all.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    all.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksSettings.class);
    all.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    all.put(
        StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
        TopicSpec.RECORD_BYTES_MAX);
    // The dispatcher writes results in transactions; what it takes back must not be seen.
    all.put(consumer(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
    all.put(consumer(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), POLL_RECORDS_MAX);
    all.put(main(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instance);
    all.put(main(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6000);
    all.put(main(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 500);
    all.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        TopicSpec.RECORD_BYTES_MAX);
    all.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
    return all;
  }

  private static String consumer(String property) {
    return StreamsConfig.consumerPrefix(property);
  }

  private static String main(String property) {
    return StreamsConfig.mainConsumerPrefix(property);
  }

  private StreamThreadExceptionResponse onFailure(Throwable failure) {
    boolean goesOn = replacements.incrementAndGet() <= REPLACEMENTS_MAX;
    LOG.atError()
        .setCause(failure)
        .addKeyValue("replacements", replacements.get())
        .log(goesOn ? "view thread failed and is replaced" : "view failed too often and ends");
    return goesOn
        ? StreamThreadExceptionResponse.REPLACE_THREAD
        : StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** Starts and waits until the view can be asked. */
  public void start() {
    streams.start();
    try {
      if (!running.await(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS) || !isRunning()) {
        throw new IllegalStateException("the status view did not start: " + streams.state());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  public boolean isRunning() {
    return streams.state().isRunningOrRebalancing();
  }

  KafkaStreams streams() {
    return streams;
  }

  @Override
  public void close() {
    streams.close(CLOSE_TIMEOUT);
  }
}
