package io.millrace.dispatcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.Service;
import io.millrace.bootstrap.streams.StreamsApp;
import io.millrace.dispatcher.kafka.DispatcherTopology;
import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.DispatcherConfig;
import io.millrace.schemas.config.MillraceConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;

/** The dispatcher as a service: its topology, exactly once, with state in the data directory. */
public final class DispatcherService implements Service {

  private final StreamsApp app;

  /**
   * @param instance stable and different for each process, so that a restart takes its work up at
   *     once
   * @param dataDirectory where state is kept; losing it costs only the time to read the changelog
   */
  public DispatcherService(
      MillraceConfig config,
      KafkaClients kafka,
      Topics topics,
      MeterRegistry metrics,
      String instance,
      Path dataDirectory) {
    var policies = Policies.of(config);
    this.app =
        new StreamsApp(
            new StreamsApp.Identity(
                name(),
                config.topics().prefix() + "dispatcher",
                instance,
                dataDirectory,
                config.topics().replicationFactor()),
            kafka,
            DispatcherTopology.build(topics, () -> policies, metrics),
            settings(config.dispatcher()));
  }

  @Override
  public String name() {
    return "dispatcher";
  }

  @Override
  public void start() {
    app.start();
  }

  @Override
  public boolean isReady() {
    return app.isRunning();
  }

  @Override
  public void stop() {
    app.close();
  }

  private static Map<String, Object> settings(DispatcherConfig limits) {
    long commitIntervalMs = limits.commitInterval().toMillis();
    var settings = new HashMap<String, Object>();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitIntervalMs);
    // Streams commits only between polls: a decision made just after a commit would otherwise wait
    // out a poll of 100 ms before it is committed.
    settings.put(StreamsConfig.POLL_MS_CONFIG, Math.max(1, commitIntervalMs / 2));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, limits.threads());
    settings.put(
        StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
        LogAndContinueExceptionHandler.class);
    // Requests and replies need no order among each other; waiting for the other costs time.
    settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 1);
    settings.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        TopicSpec.RECORD_BYTES_MAX);
    return settings;
  }
}
