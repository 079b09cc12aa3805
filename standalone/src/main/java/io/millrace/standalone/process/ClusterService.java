package io.millrace.standalone.process;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.bootstrap.ConfigException;
import io.millrace.bootstrap.ConfigLoader;
import io.millrace.bootstrap.Service;
import io.millrace.ingress.IngressService;
import io.millrace.schemas.RegistrySchemaIds;
import io.millrace.schemas.SchemaIds;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.SchemaRegistryConfig;
import io.millrace.schemas.config.Secrets;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One service as a process of its own, against a Kafka cluster and a registry that exist. */
public final class ClusterService {

  /** Which service. */
  public enum Kind {
    INGRESS,
    DISPATCHER,
    WORKERS,
    ACCOUNTING
  }

  private static final Duration REGISTRY_PATIENCE = Duration.ofSeconds(60);
  private static final Duration STOP_MARGIN = Duration.ofSeconds(30);

  private final Kind kind;
  private final Path configFile;
  private final Path dataDirectory;
  private final Map<String, String> environment;

  public ClusterService(
      Kind kind, Path configFile, Path dataDirectory, Map<String, String> environment) {
    this.kind = kind;
    this.configFile = configFile;
    this.dataDirectory = dataDirectory;
    this.environment = environment;
  }

  /** Runs until it is told to stop; returns the exit code. */
  public int run() throws IOException {
    var config = new ConfigLoader(environment).read(configFile, MillraceConfig.class);
    if (config.kafka().embedded() || config.schemaRegistry().embedded()) {
      throw new ConfigException(
          configFile
              + ": a service of a cluster needs kafka.bootstrapServers and schemaRegistry.url with"
              + " embedded: false");
    }
    try (var data = DataDirectory.take(dataDirectory)) {
      Logging.toFile(data.path(), name());
      Endpoints.delete(data.path());
      return serve(data, config);
    }
  }

  /** Schema ids of an existing registry, with all schemas registered. */
  static SchemaIds registered(SchemaRegistryConfig config) {
    var ids =
        config.user().isEmpty()
            ? RegistrySchemaIds.at(config.url(), REGISTRY_PATIENCE)
            : RegistrySchemaIds.at(
                config.url(), config.user(), config.password(), REGISTRY_PATIENCE);
    return ids.register(Topics.schemas());
  }

  private int serve(DataDirectory data, MillraceConfig config) {
    if (kind == Kind.DISPATCHER) {
      PriceWarnings.print(config, Clock.systemUTC().instant());
    }
    var stop = new StopRequest();
    Signals.onStop(stop::inOrder);
    var vertx = Vertx.vertx();
    var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var factory =
        new ServiceFactory(
            config, registered(config.schemaRegistry()), vertx, metrics, data.path());
    factory.createTopics();
    var service = service(factory);
    int exitCode;
    try (var running = RunningServices.start(List.of(service), config.http(), vertx, metrics)) {
      endpoints(config, service, running).write(data.path());
      System.out.println(
          "Millrace %s is ready; management at %s"
              .formatted(name(), Urls.http(config.http().host(), running.managementPort())));
      exitCode = stop.await();
      stop.limit(config.workers().drainTimeout().plus(STOP_MARGIN));
      Endpoints.delete(data.path());
    }
    Blocking.get(vertx.close());
    return exitCode;
  }

  private Service service(ServiceFactory factory) {
    return switch (kind) {
      case INGRESS ->
          factory.ingress(
              Optional.ofNullable(environment.get(Credentials.ADMIN_KEY))
                  .filter(key -> !key.isBlank())
                  .map(Secrets::sha256));
      case DISPATCHER -> factory.dispatcher();
      case WORKERS -> factory.workers();
      case ACCOUNTING -> factory.accounting();
    };
  }

  private Endpoints endpoints(MillraceConfig config, Service service, RunningServices running) {
    var host = config.http().host();
    return new Endpoints(
        service instanceof IngressService ingress ? Urls.http(host, ingress.port()) : "",
        Urls.http(host, running.managementPort()),
        config.kafka().bootstrapServers(),
        config.schemaRegistry().url(),
        "",
        Map.of(name(), ProcessHandle.current().pid()));
  }

  private String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
