package io.millrace.accounting;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.accounting.kafka.AccountingTopology;
import io.millrace.accounting.kafka.StreamsSettings;
import io.millrace.accounting.kafka.ThreadReplacements;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.Service;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.MillraceConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.jspecify.annotations.Nullable;

/** Runs the fold of the ledger on one Kafka Streams thread. */
public final class AccountingService implements Service {

  /** Generous, because stores may have to be restored from their changelogs first. */
  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private final MillraceConfig config;
  private final KafkaClients kafka;
  private final Topics topics;
  private final MeterRegistry metrics;
  private final Path dataDirectory;
  private final Clock clock;
  private volatile @Nullable KafkaStreams streams;

  /**
   * @param dataDirectory its sub-folder streams holds the state stores
   */
  public AccountingService(
      MillraceConfig config,
      KafkaClients kafka,
      Topics topics,
      MeterRegistry metrics,
      Path dataDirectory,
      Clock clock) {
    this.config = config;
    this.kafka = kafka;
    this.topics = topics;
    this.metrics = metrics;
    this.dataDirectory = dataDirectory;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "accounting";
  }

  @Override
  public void start() {
    var starting =
        new KafkaStreams(
            AccountingTopology.build(config, topics, metrics),
            StreamsSettings.of(config, kafka, dataDirectory));
    var running = new CompletableFuture<Void>();
    starting.setUncaughtExceptionHandler(new ThreadReplacements(clock));
    starting.setStateListener(
        (now, before) -> {
          if (now == State.RUNNING) {
            running.complete(null);
          } else if (now == State.ERROR || now == State.NOT_RUNNING) {
            running.completeExceptionally(
                new IllegalStateException("accounting ended while it started"));
          }
        });
    streams = starting;
    starting.start();
    await(running);
  }

  @Override
  public boolean isReady() {
    var current = streams;
    return current != null && current.state().isRunningOrRebalancing();
  }

  @Override
  public void stop() {
    var current = streams;
    if (current != null) {
      current.close(STOP_TIMEOUT);
    }
  }

  private static void await(CompletableFuture<Void> running) {
    try {
      running.get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("accounting did not start", e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("accounting did not start within " + START_TIMEOUT, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while accounting started", e);
    }
  }
}
