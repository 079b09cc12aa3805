package io.millrace.accounting;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.accounting.kafka.AccountingTopology;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.Service;
import io.millrace.bootstrap.streams.StreamsApp;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.MillraceConfig;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Runs the fold of the ledger on one Kafka Streams thread, exactly once. */
public final class AccountingService implements Service {

  private static final long COMMIT_INTERVAL_MS = 500;
  private static final long STORE_CACHE_BYTES = 8L << 20;

  /** Nobody waits for an entry to be summed up: few large fetches instead of many small ones. */
  private static final int FETCH_BYTES_MIN = 64 * 1024;

  private static final int FETCH_WAIT_MS_MAX = 100;

  private final StreamsApp app;

  /**
   * @param dataDirectory its sub-folder streams holds the state stores
   */
  public AccountingService(
      MillraceConfig config,
      KafkaClients kafka,
      Topics topics,
      MeterRegistry metrics,
      Path dataDirectory) {
    this.app =
        new StreamsApp(
            new StreamsApp.Identity(
                name(),
                config.topics().prefix() + "accounting",
                config.workers().name(),
                dataDirectory,
                config.topics().replicationFactor()),
            kafka,
            AccountingTopology.build(config, topics, metrics),
            Map.of(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                COMMIT_INTERVAL_MS,
                StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG,
                STORE_CACHE_BYTES,
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG),
                FETCH_BYTES_MIN,
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG),
                FETCH_WAIT_MS_MAX));
  }

  @Override
  public String name() {
    return "accounting";
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
}
