package io.millrace.standalone.process;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.accounting.AccountingService;
import io.millrace.bootstrap.ConfigException;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.bootstrap.blobs.BlobStores;
import io.millrace.dispatcher.CallCosts;
import io.millrace.dispatcher.DispatcherService;
import io.millrace.dispatcher.PriceCatalogue;
import io.millrace.ingress.CallPrices;
import io.millrace.ingress.IngressService;
import io.millrace.schemas.SchemaIds;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.workers.WorkersService;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes services from the one configuration that they share. */
final class ServiceFactory {

  private final MillraceConfig config;
  private final KafkaClients kafka;
  private final Topics topics;
  private final Vertx vertx;
  private final PrometheusMeterRegistry metrics;
  private final Path dataDirectory;
  private final BlobStore blobs;
  private final Clock clock = Clock.systemUTC();

  ServiceFactory(
      MillraceConfig config,
      SchemaIds ids,
      Vertx vertx,
      PrometheusMeterRegistry metrics,
      Path dataDirectory) {
    this.config = config;
    this.kafka =
        new KafkaClients(config.kafka().bootstrapServers(), config.kafka().clientProperties());
    this.topics = new Topics(config.topics(), ids);
    this.vertx = vertx;
    this.metrics = metrics;
    this.dataDirectory = dataDirectory;
    this.blobs = BlobStores.at(config.blobStore(), dataDirectory);
  }

  /** Creates the topics that are absent. */
  void createTopics() {
    kafka.createMissing(
        topics.catalogue(config.providerNames()).stream()
            .map(spec -> spec.toNewTopic(config.topics().replicationFactor()))
            .toList());
  }

  /** Refuses providers, secrets and prices that services would refuse; touches no cluster. */
  void check() {
    workers();
    valid(() -> PriceCatalogue.shipped().with(config.prices()));
  }

  IngressService ingress(Optional<String> adminKeySha256) {
    return valid(
        () ->
            new IngressService(
                config,
                kafka,
                topics,
                vertx,
                metrics,
                dataDirectory,
                blobs,
                prices(),
                clock,
                adminKeySha256));
  }

  /** The dispatcher's costs as ingress asks for them. */
  private CallPrices prices() {
    var costs = CallCosts.of(config);
    return (call, outputTokens) ->
        costs
            .of(
                new CallCosts.Call(
                    call.model(),
                    call.inputTokensEstimated(),
                    call.inputTokensMax(),
                    outputTokens,
                    Optional.ofNullable(call.outputTokensMax()),
                    call.choices()),
                clock.instant())
            .map(range -> new CallPrices.Range(range.likelyUsd(), range.worstCaseUsd()));
  }

  DispatcherService dispatcher() {
    return valid(
        () ->
            new DispatcherService(
                config, kafka, topics, metrics, config.workers().name(), dataDirectory));
  }

  WorkersService workers() {
    return valid(() -> new WorkersService(config, kafka, topics, vertx, metrics, blobs, clock));
  }

  AccountingService accounting() {
    return valid(() -> new AccountingService(config, kafka, topics, metrics, dataDirectory));
  }

  /** What only a service can judge, such as the kind of a provider, it refuses when it is made. */
  private static <T> T valid(Supplier<T> making) {
    try {
      return making.get();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }
}
