package io.millrace.dispatcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.Service;
import io.millrace.dispatcher.kafka.BoundedRocksDb;
import io.millrace.dispatcher.kafka.DispatcherTopology;
import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.MillraceConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dispatcher as a service: its topology, exactly once, with state in the data directory. */
public final class DispatcherService implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(DispatcherService.class);
  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  /** A thread that dies is replaced so often; after that the service is not ready any more. */
  private static final int THREADS_REPLACED_MAX = 20;

  private final KafkaStreams streams;
  private final CountDownLatch running = new CountDownLatch(1);
  private final AtomicInteger replaced = new AtomicInteger();

  /**
   * @param name stable and different for each process, so that a restart takes its work up at once
   * @param dataDirectory where state is kept; losing it costs only the time to read the changelog
   */
  public DispatcherService(
      MillraceConfig config,
      KafkaClients kafka,
      Topics topics,
      MeterRegistry metrics,
      String name,
      Path dataDirectory) {
    var policies = Policies.of(config);
    this.streams =
        new KafkaStreams(
            DispatcherTopology.build(topics, () -> policies, metrics),
            properties(config, kafka, name, dataDirectory));
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.RUNNING) {
            running.countDown();
          }
        });
    streams.setUncaughtExceptionHandler(this::onDeath);
  }

  @Override
  public String name() {
    return "dispatcher";
  }

  @Override
  public void start() {
    streams.start();
    try {
      if (!running.await(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the dispatcher did not get ready in " + START_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public boolean isReady() {
    return streams.state() == KafkaStreams.State.RUNNING;
  }

  @Override
  public void stop() {
    streams.close(STOP_TIMEOUT);
  }

  private StreamThreadExceptionResponse onDeath(Throwable e) {
    int deaths = replaced.incrementAndGet();
    LOG.atError().addKeyValue("deaths", deaths).setCause(e).log("dispatcher thread died");
    return deaths <= THREADS_REPLACED_MAX
        ? StreamThreadExceptionResponse.REPLACE_THREAD
        : StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private static Properties properties(
      MillraceConfig config, KafkaClients kafka, String name, Path dataDirectory) {
    var limits = config.dispatcher();
    var properties = new Properties();
    properties.putAll(kafka.common());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, config.topics().prefix() + "dispatcher");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, dataDirectory.resolve("streams").toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, limits.commitInterval().toMillis());
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, limits.threads());
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, config.topics().replicationFactor());
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    properties.put(
        StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
        LogAndContinueExceptionHandler.class);
    properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    // Requests and replies need no order among each other; waiting for the other topic costs time.
    properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 1);
    // A transaction that begins while the markers of the one before are being written is told to
    // try
    // again; at the default of 100 ms that would be most of a request's latency.
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 5);
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        TopicSpec.RECORD_BYTES_MAX);
    properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), name);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6000);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 500);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 100);
    return properties;
  }
}
