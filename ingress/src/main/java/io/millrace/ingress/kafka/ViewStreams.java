package io.millrace.ingress.kafka;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.streams.StreamsApp;
import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.config.TopicsConfig;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/** Runs the status view: at-least-once, one thread, state under the data directory. */
public final class ViewStreams implements AutoCloseable {

  private static final long COMMIT_INTERVAL_MS = 500;
  private static final int POLL_RECORDS_MAX = 2000;
  private static final int BATCH_BYTES = 64 * 1024;

  /**
   * Fetches that carry a record or two would cost ingress more than what is in them. Under load a
   * fetch waits for so many bytes, otherwise for so long, which is the most that the view lags.
   */
  private static final int FETCH_BYTES_MIN = 64 * 1024;

  private static final int FETCH_WAIT_MS_MAX = 20;

  private final StreamsApp app;

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
    this.app =
        new StreamsApp(
            new StreamsApp.Identity(
                "status view",
                applicationId(topics),
                instance,
                dataDirectory,
                topics.replicationFactor()),
            kafka,
            topology,
            settings(applicationServer));
  }

  /** Name of the application and its consumer group. */
  public static String applicationId(TopicsConfig topics) {
    return topics.prefix() + "ingress";
  }

  /** Starts and waits until the view can be asked. */
  public void start() {
    app.start();
  }

  public boolean isRunning() {
    return app.isRunning();
  }

  KafkaStreams streams() {
    return app.streams();
  }

  @Override
  public void close() {
    app.close();
  }

  private static Map<String, Object> settings(String applicationServer) {
    return Map.ofEntries(
        Map.entry(StreamsConfig.APPLICATION_SERVER_CONFIG, applicationServer),
        Map.entry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE),
        Map.entry(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS),
        // Requests and results need no common order, so neither waits for the other.
        Map.entry(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED),
        Map.entry(
            StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
            TopicSpec.RECORD_BYTES_MAX),
        // The dispatcher writes results in transactions; what it takes back must not be seen.
        consumer(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
        consumer(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS_MAX),
        consumer(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_BYTES_MIN),
        consumer(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS_MAX),
        producer(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicSpec.RECORD_BYTES_MAX),
        producer(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES));
  }

  private static Map.Entry<String, Object> consumer(String property, Object value) {
    return Map.entry(StreamsConfig.mainConsumerPrefix(property), value);
  }

  private static Map.Entry<String, Object> producer(String property, Object value) {
    return Map.entry(StreamsConfig.producerPrefix(property), value);
  }
}
