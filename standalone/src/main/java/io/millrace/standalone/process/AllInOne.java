package io.millrace.standalone.process;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.bootstrap.ConfigException;
import io.millrace.dispatcher.PriceCatalogue;
import io.millrace.ingress.IngressService;
import io.millrace.schemas.InMemorySchemaIds;
import io.millrace.schemas.RegistrySchemaIds;
import io.millrace.schemas.SchemaIds;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.simulator.Simulator;
import io.millrace.standalone.embedded.ChildExit;
import io.millrace.standalone.embedded.EmbeddedConfig;
import io.millrace.standalone.embedded.EmbeddedServices;
import io.millrace.standalone.embedded.EmbeddedStartException;
import io.millrace.standalone.embedded.InstallationLayout;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Broker, registry, all services and, without providers, the simulator. Whatever was started is
 * closed in the reverse order; services stop before what they stand on, ingress before those that
 * finish what it took in.
 */
final class AllInOne implements AutoCloseable {

  static final String LOOPBACK = "127.0.0.1";

  private static final Duration REGISTRY_PATIENCE = Duration.ofSeconds(60);
  private static final int SIMULATOR_INSTANCES = 2;

  private final Logger log = LoggerFactory.getLogger(AllInOne.class);
  private final Path home;
  private final DataDirectory data;
  private final StopRequest stop;
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final Map<String, Long> pids = new LinkedHashMap<>();
  private volatile boolean isStarting;
  private int simulatedModels;
  private Optional<Endpoints> endpoints = Optional.empty();

  AllInOne(Path home, DataDirectory data, StopRequest stop) {
    this.home = home;
    this.data = data;
    this.stop = stop;
    pids.put("millrace", ProcessHandle.current().pid());
  }

  /** Starts everything; returns when all of it is ready. */
  void start(MillraceConfig wanted, Optional<String> adminKeySha256) {
    isStarting = true;
    long begin = System.nanoTime();
    var vertx = Vertx.vertx();
    opened(() -> Blocking.get(vertx.close()));
    var foundation = foundation(wanted);
    refuseWhatServicesWould(wanted, vertx);
    var simulator =
        wanted.providers().isEmpty() ? Optional.of(simulator(vertx)) : Optional.<Simulator>empty();
    var config =
        simulator
            .map(s -> StandIn.over(wanted, s.baseUrl(), PriceCatalogue.shipped()))
            .orElse(wanted)
            .withKafka(wanted.kafka().foundAt(servers(foundation)));
    simulatedModels = simulator.isPresent() ? config.routes().size() : 0;

    var factory = new ServiceFactory(config, foundation.ids(), vertx, metrics, data.path());
    factory.createTopics();
    logReady("foundation", begin);
    var ingress = factory.ingress(adminKeySha256);
    var services =
        RunningServices.start(
            List.of(factory.accounting(), factory.dispatcher(), factory.workers(), ingress),
            config.http(),
            vertx,
            metrics);
    opened(services);
    logReady("services", begin);
    var registryUrl = join(foundation.registryUrl());
    endpoints = Optional.of(endpoints(config, ingress, services, registryUrl, simulator));
    isStarting = false;
    logReady("all", begin);
    watch(services, foundation);
  }

  /** While the children come up: a service judges its part of the file when it is made. */
  private void refuseWhatServicesWould(MillraceConfig config, Vertx vertx) {
    new ServiceFactory(config, new InMemorySchemaIds(), vertx, metrics, data.path()).check();
  }

  private void logReady(String what, long begin) {
    log.atInfo()
        .addKeyValue("what", what)
        .addKeyValue("durationMs", Duration.ofNanos(System.nanoTime() - begin).toMillis())
        .log("ready");
  }

  /** Breaks off a start that is under way; nothing that it does is lost by that. */
  void abandonStart() {
    if (isStarting) {
      close();
      Runtime.getRuntime().halt(0);
    }
  }

  Endpoints endpoints() {
    return endpoints.orElseThrow();
  }

  /** Models that the simulator stands in for; 0 when it does not. */
  int simulatedModels() {
    return simulatedModels;
  }

  @Override
  public void close() {
    for (var next = nextToClose(); next.isPresent(); next = nextToClose()) {
      try {
        next.get().close();
      } catch (Exception e) {
        log.atWarn().setCause(e).log("not stopped in order");
      }
    }
  }

  /** What services stand on: an address that may still be coming up and schema ids. */
  private record Foundation(
      CompletableFuture<String> kafka, CompletableFuture<String> registryUrl, SchemaIds ids) {}

  private Foundation foundation(MillraceConfig config) {
    var registry = config.schemaRegistry();
    if (!registry.embedded()) {
      var ids = ClusterService.registered(registry);
      return new Foundation(
          CompletableFuture.completedFuture(config.kafka().bootstrapServers()),
          CompletableFuture.completedFuture(registry.url()),
          ids);
    }
    var children =
        EmbeddedServices.start(
            new EmbeddedConfig(
                data.path(), config.kafka().port(), registry.port(), InstallationLayout.of(home)),
            this::onChildExit);
    opened(children);
    pids.put("broker", children.pids().getFirst());
    pids.put("registry", children.pids().getLast());
    CompletableFuture<SchemaIds> answering =
        children.schemaRegistryUrl().thenApply(url -> RegistrySchemaIds.at(url, REGISTRY_PATIENCE));
    var ids = new CachedSchemaIds(data.resolve("schema-ids.json"), answering);
    return new Foundation(children.kafka(), children.schemaRegistryUrl(), ids);
  }

  private String servers(Foundation foundation) {
    var servers = join(foundation.kafka());
    // Registered before anything writes; from memory when an earlier start has done it.
    Topics.schemas().forEach(foundation.ids()::idOf);
    return servers;
  }

  private Simulator simulator(Vertx vertx) {
    var simulator = Blocking.get(Simulator.start(vertx, LOOPBACK, 0, SIMULATOR_INSTANCES));
    opened(() -> Blocking.get(simulator.close()));
    return simulator;
  }

  private Endpoints endpoints(
      MillraceConfig config,
      IngressService ingress,
      RunningServices services,
      String registryUrl,
      Optional<Simulator> simulator) {
    var host = config.http().host();
    return new Endpoints(
        Urls.http(host, ingress.port()),
        Urls.http(host, services.managementPort()),
        config.kafka().bootstrapServers(),
        registryUrl,
        simulator.map(Simulator::rootUrl).orElse(""),
        pids);
  }

  private void watch(RunningServices services, Foundation foundation) {
    Thread.ofVirtual().name("readiness-watch").start(new ReadinessWatch(services, stop));
    if (foundation.ids() instanceof CachedSchemaIds cached) {
      Thread.ofVirtual().name("schema-check").start(() -> verify(cached));
    }
  }

  private void verify(CachedSchemaIds ids) {
    try {
      ids.verify();
    } catch (IllegalStateException e) {
      stop.because(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.atWarn().setCause(e).log("schema ids could not be compared with the registry");
    }
  }

  private void onChildExit(ChildExit exit) {
    stop.because(
        "the embedded %s ended with exit code %d; its log is %s"
            .formatted(exit.name(), exit.exitCode(), exit.logFile()));
  }

  private synchronized void opened(AutoCloseable resource) {
    started.push(resource);
  }

  private synchronized Optional<AutoCloseable> nextToClose() {
    return Optional.ofNullable(started.poll());
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof EmbeddedStartException failure
          ? new ConfigException(String.valueOf(failure.getMessage()))
          : e;
    }
  }
}
