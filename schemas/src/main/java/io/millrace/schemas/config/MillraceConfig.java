package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration, checked across its parts: every route leads to a configured provider,
 * every name is used once, and no key opens two accounts.
 *
 * @param blobStore where bodies too large for a record go; default a folder in the data directory
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
    return of(null, null, null, null, null, null, null, null, null, null, null, null, null, null);
  }

  public MillraceConfig withHttp(HttpConfig http) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  public MillraceConfig withKafka(KafkaConfig kafka) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  public MillraceConfig withSchemaRegistry(SchemaRegistryConfig schemaRegistry) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  public MillraceConfig withTopics(TopicsConfig topics) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  public MillraceConfig withCallbacks(CallbacksConfig callbacks) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  public MillraceConfig withMedia(MediaConfig media) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  public MillraceConfig withIngress(IngressConfig ingress) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  public MillraceConfig withDispatcher(DispatcherConfig dispatcher) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  public MillraceConfig withWorkers(WorkersConfig workers) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  /** The same with other providers, the routes to them and their prices. */
  public MillraceConfig withProviders(
      List<ProviderConfig> providers, List<RouteConfig> routes, List<PriceConfig> prices) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
  }

  public MillraceConfig withAccounts(List<AccountConfig> accounts) {
    return new MillraceConfig(
        http,
        kafka,
        schemaRegistry,
        topics,
        blobStore,
        callbacks,
        media,
        ingress,
        dispatcher,
        workers,
        providers,
        routes,
        accounts,
        prices);
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
}
