package io.millrace.bootstrap.streams;

import io.millrace.bootstrap.KafkaClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka Streams application: started and waited for, with bounded memory outside the heap, a
 * stable name in its group so that a restart takes its partitions up without a rebalance, and a
 * limited number of lives for its threads. When they are used up it ends, and {@link #isRunning}
 * says so.
 */
public final class StreamsApp implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StreamsApp.class);

  /** Generous, because stores may have to be restored from their changelogs first. */
  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);
  private static final int THREADS_REPLACED_MAX = 20;

  /** State is restored in large steps: a restart is waited for. */
  private static final int RESTORE_RECORDS_MAX = 10_000;

  private static final int RESTORE_FETCH_BYTES_MAX = 8 * 1024 * 1024;

  private final String name;
  private final KafkaStreams streams;
  private final StateDirectory state;
  private final CountDownLatch decided = new CountDownLatch(1);
  private final AtomicInteger replaced = new AtomicInteger();

  /**
   * Who the application is.
   *
   * @param name for logs and messages
   * @param applicationId consumer group and prefix of its internal topics
   * @param instance stable name of this process, different for each in the group
   * @param dataDirectory its sub-folder streams holds the state
   * @param replicationFactor copies of its internal topics
   */
  public record Identity(
      String name,
      String applicationId,
      String instance,
      Path dataDirectory,
      int replicationFactor) {}

  /**
   * @param own settings of this application, by Kafka's names; they win over those made here
   */
  public StreamsApp(
      Identity identity, KafkaClients kafka, Topology topology, Map<String, Object> own) {
    this.name = identity.name();
    var stateDirectory = identity.dataDirectory().resolve("streams");
    this.state = new StateDirectory(stateDirectory, identity.applicationId());
    var all = new Properties();
    all.putAll(kafka.common());
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, identity.applicationId());
    all.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    all.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, identity.replicationFactor());
    all.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
    all.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    all.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    all.put(
        StreamsConfig.restoreConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG),
        RESTORE_RECORDS_MAX);
    all.put(
        StreamsConfig.restoreConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
        RESTORE_FETCH_BYTES_MAX);
    all.put(main(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), identity.instance());
    all.put(main(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6000);
    all.put(main(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 500);
    // A transaction that follows another at once is told to try again until the markers of the
    // first are written; at the default of 100 ms that would be most of a request's latency.
    all.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 5);
    all.putAll(own);
    if (StreamsConfig.EXACTLY_ONCE_V2.equals(own.get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG))) {
      state.open();
    }
    this.streams = new KafkaStreams(topology, all);
    streams.setUncaughtExceptionHandler(this::onDeath);
    streams.setGlobalStateRestoreListener(new RestoreLog(name));
    streams.setStateListener(
        (now, before) -> {
          if (now == State.RUNNING || now == State.ERROR || now == State.NOT_RUNNING) {
            decided.countDown();
          }
        });
  }

  /** Starts and waits until all state is restored and records are read. */
  public void start() {
    streams.start();
    try {
      if (!decided.await(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS) || !isRunning()) {
        throw new IllegalStateException(name + " did not start: " + streams.state());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " started", e);
    }
  }

  public boolean isRunning() {
    return streams.state().isRunningOrRebalancing();
  }

  /** For interactive queries. */
  public KafkaStreams streams() {
    return streams;
  }

  @Override
  public void close() {
    boolean isUsable = isRunning() && replaced.get() == 0;
    if (streams.close(CLOSE_TIMEOUT) && isUsable) {
      state.closedInOrder();
    }
  }

  private StreamThreadExceptionResponse onDeath(Throwable failure) {
    boolean goesOn = replaced.incrementAndGet() <= THREADS_REPLACED_MAX;
    LOG.atError()
        .addKeyValue("service", name)
        .addKeyValue("replaced", replaced.get())
        .setCause(failure)
        .log(goesOn ? "thread died and is replaced" : "threads died too often, the service ends");
    return goesOn
        ? StreamThreadExceptionResponse.REPLACE_THREAD
        : StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private static String main(String property) {
    return StreamsConfig.mainConsumerPrefix(property);
  }
}
