package io.millrace.bootstrap;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts services together and stops them in the reverse of the order they were given, so that
 * those that take work in end before those that do it.
 */
public final class ServiceRunner implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceRunner.class);

  private final List<Service> services;
  private final Deque<Service> started = new ArrayDeque<>();

  /**
   * @param services in the order of starting; the last is stopped first
   */
  public ServiceRunner(List<Service> services) {
    this.services = List.copyOf(services);
  }

  /**
   * Starts all, each on a thread of its own, and returns when all are ready. When one fails the
   * others are stopped and its failure is thrown.
   */
  public void start() {
    var starts = new ArrayList<CompletableFuture<Void>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var service : services) {
        started.addFirst(service);
        starts.add(CompletableFuture.runAsync(() -> start(service), threads));
      }
      CompletableFuture.allOf(starts.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      close();
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** The services, for readiness. */
  public List<Service> services() {
    return services;
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      var service = started.removeFirst();
      long begin = System.nanoTime();
      try {
        service.stop();
      } catch (RuntimeException e) {
        LOG.atError()
            .addKeyValue("service", service.name())
            .setCause(e)
            .log("service did not stop in order");
      }
      LOG.atDebug()
          .addKeyValue("service", service.name())
          .addKeyValue("durationMs", Duration.ofNanos(System.nanoTime() - begin).toMillis())
          .log("service stopped");
    }
  }

  private static void start(Service service) {
    long begin = System.nanoTime();
    service.start();
    LOG.atDebug()
        .addKeyValue("service", service.name())
        .addKeyValue("durationMs", Duration.ofNanos(System.nanoTime() - begin).toMillis())
        .log("service ready");
  }
}
