package io.millrace.standalone.process;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.bootstrap.ManagementServer;
import io.millrace.bootstrap.Service;
import io.millrace.bootstrap.ServiceRunner;
import io.millrace.schemas.config.HttpConfig;
import io.vertx.core.Vertx;
import java.util.List;

/** Services and their management port, which is there first and goes last. */
final class RunningServices implements AutoCloseable {

  private final ServiceRunner runner;
  private final ManagementServer management;

  private RunningServices(ServiceRunner runner, ManagementServer management) {
    this.runner = runner;
    this.management = management;
  }

  /**
   * Starts them; returns when all are ready.
   *
   * @param services the last is stopped first
   */
  static RunningServices start(
      List<Service> services, HttpConfig http, Vertx vertx, PrometheusMeterRegistry metrics) {
    var runner = new ServiceRunner(services);
    var management =
        ManagementServer.start(
            vertx, http.host(), http.managementPort(), metrics, runner::services);
    try {
      runner.start();
      return new RunningServices(runner, management);
    } catch (RuntimeException e) {
      management.close();
      throw e;
    }
  }

  boolean areReady() {
    return runner.services().stream().allMatch(Service::isReady);
  }

  List<String> notReady() {
    return runner.services().stream().filter(s -> !s.isReady()).map(Service::name).toList();
  }

  int managementPort() {
    return management.port();
  }

  @Override
  public void close() {
    runner.close();
    management.close();
  }
}
