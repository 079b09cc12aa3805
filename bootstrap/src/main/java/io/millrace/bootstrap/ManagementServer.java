package io.millrace.bootstrap;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The operator's port: {@code /livez} says that the process runs, {@code /readyz} that every
 * service in it can do its work (503 and their names if not), {@code /metrics} what Prometheus
 * reads.
 */
public final class ManagementServer implements AutoCloseable {

  private static final long START_TIMEOUT_SECONDS = 10;

  private final HttpServer server;

  private ManagementServer(HttpServer server) {
    this.server = server;
  }

  /** Listens; port 0 takes any free one. */
  public static ManagementServer start(
      Vertx vertx,
      String host,
      int port,
      PrometheusMeterRegistry metrics,
      Supplier<List<Service>> services) {
    new JvmMemoryMetrics().bindTo(metrics);
    new JvmThreadMetrics().bindTo(metrics);
    new ProcessorMetrics().bindTo(metrics);
    bindGc(metrics);
    var server =
        vertx.createHttpServer().requestHandler(request -> answer(request, metrics, services));
    try {
      server
          .listen(port, host)
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
      throw new ConfigException(
          "http.managementPort " + port + " cannot be used: " + e.getMessage());
    }
    return new ManagementServer(server);
  }

  public int port() {
    return server.actualPort();
  }

  @Override
  public void close() {
    server.close();
  }

  // Lives as long as the process; closing it would only stop the counting.
  @SuppressWarnings("resource")
  private static void bindGc(PrometheusMeterRegistry metrics) {
    new JvmGcMetrics().bindTo(metrics);
  }

  private static void answer(
      HttpServerRequest request,
      PrometheusMeterRegistry metrics,
      Supplier<List<Service>> services) {
    switch (request.path()) {
      case "/livez" -> request.response().end("ok\n");
      case "/readyz" -> {
        var waiting =
            services.get().stream()
                .filter(s -> !s.isReady())
                .map(Service::name)
                .collect(Collectors.joining(", "));
        request
            .response()
            .setStatusCode(waiting.isEmpty() ? 200 : 503)
            .end(waiting.isEmpty() ? "ready\n" : "not ready: " + waiting + "\n");
      }
      case "/metrics" ->
          request
              .response()
              .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
              .end(metrics.scrape());
      case null, default -> request.response().setStatusCode(404).end("not found\n");
    }
  }
}
