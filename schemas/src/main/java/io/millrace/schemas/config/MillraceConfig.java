package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration, checked across its parts: every route leads to a configured provider,
 * every name is used once, and no key opens two accounts.
 *
 * @param blobStore where files and bodies too large for a record go: file:FOLDER or
 *     s3://BUCKET/PREFIX; empty is a folder in the data directory
 * @param prices added to and overriding the catalogue that ships
 */
public record MillraceConfig(
    HttpConfig http,
    KafkaConfig kafka,
    SchemaRegistryConfig schemaRegistry,
    TopicsConfig topics,
    String blobStore,
    CallbacksConfig callbacks,
    MediaConfig media,
    FilesConfig files,
    BatchesConfig batches,
    IngressConfig ingress,
    DispatcherConfig dispatcher,
    WorkersConfig workers,
    List<ProviderConfig> providers,
    List<RouteConfig> routes,
    List<AccountConfig> accounts,
    List<PriceConfig> prices) {

  public MillraceConfig {
    kafka.validate();
    providers = List.copyOf(providers);
    routes = List.copyOf(routes);
    accounts = List.copyOf(accounts);
    prices = List.copyOf(prices);
    var names = distinct(providers, ProviderConfig::name, "providers[].name");
    distinct(routes, RouteConfig::model, "routes[].model");
    distinct(accounts, AccountConfig::id, "accounts[].id");
    for (var route : routes) {
      for (var target : route.targets()) {
        check(
            names.contains(target.provider()),
            "routes[%s].targets[].provider names no configured provider: %s"
                .formatted(route.model(), target.provider()));
      }
    }
    var owners = new HashMap<String, String>();
    for (var account : accounts) {
      for (var key : account.keys()) {
        var other = owners.putIfAbsent(key.sha256(), account.id() + "/" + key.name());
        check(
            other == null,
            "accounts[%s].keys[%s] is the same key as %s"
                .formatted(account.id(), key.name(), other));
      }
    }
    for (var name : workers.providers()) {
      check(names.contains(name), "workers.providers names no configured provider: " + name);
    }
  }

  @JsonCreator
  static MillraceConfig of(
      @Nullable HttpConfig http,
      @Nullable KafkaConfig kafka,
      @Nullable SchemaRegistryConfig schemaRegistry,
      @Nullable TopicsConfig topics,
      @Nullable String blobStore,
      @Nullable CallbacksConfig callbacks,
      @Nullable MediaConfig media,
      @Nullable FilesConfig files,
      @Nullable BatchesConfig batches,
      @Nullable IngressConfig ingress,
      @Nullable DispatcherConfig dispatcher,
      @Nullable WorkersConfig workers,
      @Nullable List<ProviderConfig> providers,
      @Nullable List<RouteConfig> routes,
      @Nullable List<AccountConfig> accounts,
      @Nullable List<PriceConfig> prices) {
    return new MillraceConfig(
        orDefault(http, HttpConfig.defaults()),
        orDefault(kafka, KafkaConfig.embeddedOn(9092)),
        orDefault(schemaRegistry, SchemaRegistryConfig.defaults()),
        orDefault(topics, TopicsConfig.defaults()),
        orDefault(blobStore, ""),
        orDefault(callbacks, CallbacksConfig.defaults()),
        orDefault(media, MediaConfig.defaults()),
        orDefault(files, FilesConfig.defaults()),
        orDefault(batches, BatchesConfig.defaults()),
        orDefault(ingress, IngressConfig.defaults()),
        orDefault(dispatcher, DispatcherConfig.defaults()),
        orDefault(workers, WorkersConfig.defaults()),
        orDefault(providers, List.of()),
        orDefault(routes, List.of()),
        orDefault(accounts, List.of()),
        orDefault(prices, List.of()));
  }

  /** What holds without a file: no providers, routes or accounts yet. */
  public static MillraceConfig defaults() {
    return of(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null);
  }

  public MillraceConfig withHttp(HttpConfig http) {
    return changed(c -> c.http = http);
  }

  public MillraceConfig withKafka(KafkaConfig kafka) {
    return changed(c -> c.kafka = kafka);
  }

  public MillraceConfig withSchemaRegistry(SchemaRegistryConfig schemaRegistry) {
    return changed(c -> c.schemaRegistry = schemaRegistry);
  }

  public MillraceConfig withTopics(TopicsConfig topics) {
    return changed(c -> c.topics = topics);
  }

  public MillraceConfig withBlobStore(String blobStore) {
    return changed(c -> c.blobStore = blobStore);
  }

  public MillraceConfig withCallbacks(CallbacksConfig callbacks) {
    return changed(c -> c.callbacks = callbacks);
  }

  public MillraceConfig withMedia(MediaConfig media) {
    return changed(c -> c.media = media);
  }

  public MillraceConfig withFiles(FilesConfig files) {
    return changed(c -> c.files = files);
  }

  public MillraceConfig withBatches(BatchesConfig batches) {
    return changed(c -> c.batches = batches);
  }

  public MillraceConfig withIngress(IngressConfig ingress) {
    return changed(c -> c.ingress = ingress);
  }

  public MillraceConfig withDispatcher(DispatcherConfig dispatcher) {
    return changed(c -> c.dispatcher = dispatcher);
  }

  public MillraceConfig withWorkers(WorkersConfig workers) {
    return changed(c -> c.workers = workers);
  }

  /** The same with other providers, the routes to them and their prices. */
  public MillraceConfig withProviders(
      List<ProviderConfig> providers, List<RouteConfig> routes, List<PriceConfig> prices) {
    return changed(
        c -> {
          c.providers = providers;
          c.routes = routes;
          c.prices = prices;
        });
  }

  public MillraceConfig withAccounts(List<AccountConfig> accounts) {
    return changed(c -> c.accounts = accounts);
  }

  private MillraceConfig changed(Consumer<Change> change) {
    var c = new Change(this);
    change.accept(c);
    return new MillraceConfig(
        c.http,
        c.kafka,
        c.schemaRegistry,
        c.topics,
        c.blobStore,
        c.callbacks,
        c.media,
        c.files,
        c.batches,
        c.ingress,
        c.dispatcher,
        c.workers,
        c.providers,
        c.routes,
        c.accounts,
        c.prices);
  }

  /** Names of all providers. */
  public List<String> providerNames() {
    return providers.stream().map(ProviderConfig::name).toList();
  }

  /** Routes by the model name that clients use. */
  public Map<String, RouteConfig> routesByModel() {
    return routes.stream().collect(Collectors.toUnmodifiableMap(RouteConfig::model, r -> r));
  }

  private static <T> Set<String> distinct(List<T> all, Function<T, String> name, String what) {
    var seen = new HashSet<String>();
    for (var one : all) {
      check(seen.add(name.apply(one)), what + " is used twice: " + name.apply(one));
    }
    return seen;
  }

  /** The parts of a configuration while it is being changed. */
  private static final class Change {
    HttpConfig http;
    KafkaConfig kafka;
    SchemaRegistryConfig schemaRegistry;
    TopicsConfig topics;
    String blobStore;
    CallbacksConfig callbacks;
    MediaConfig media;
    FilesConfig files;
    BatchesConfig batches;
    IngressConfig ingress;
    DispatcherConfig dispatcher;
    WorkersConfig workers;
    List<ProviderConfig> providers;
    List<RouteConfig> routes;
    List<AccountConfig> accounts;
    List<PriceConfig> prices;

    Change(MillraceConfig from) {
      http = from.http;
      kafka = from.kafka;
      schemaRegistry = from.schemaRegistry;
      topics = from.topics;
      blobStore = from.blobStore;
      callbacks = from.callbacks;
      media = from.media;
      files = from.files;
      batches = from.batches;
      ingress = from.ingress;
      dispatcher = from.dispatcher;
      workers = from.workers;
      providers = from.providers;
      routes = from.routes;
      accounts = from.accounts;
      prices = from.prices;
    }
  }
}
