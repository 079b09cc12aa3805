package io.millrace.standalone.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The registry child and the promise of its URL, kept when it answers and refuses schemas that
 * break a reader: its own default checks nothing.
 */
final class EmbeddedRegistry {
  private static final Duration READY_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

  /** A killed predecessor may hold the port for as long as it takes to die. */
  private static final Duration PORT_WAIT = Duration.ofSeconds(6);

  private static final String COMPATIBILITY = "{\"compatibility\":\"BACKWARD_TRANSITIVE\"}";

  private final ChildProcess child;
  private final String url;
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  private EmbeddedRegistry(ChildProcess child, String url) {
    this.child = child;
    this.url = url;
  }

  static EmbeddedRegistry start(
      EmbeddedConfig config, ArchiveMode mode, Consumer<ChildExit> onExit) {
    int[] free = LoopbackPorts.twoFree();
    int port = config.schemaRegistryPort() == 0 ? free[0] : config.schemaRegistryPort();
    awaitFree(port);
    Path logFile = config.registryDir().resolve("logs").resolve("registry.log");
    var command = ChildCommands.registry(config, port, free[1], logFile, mode);
    var registry =
        new EmbeddedRegistry(
            ChildProcess.start("registry", command, logFile, onExit),
            "http://127.0.0.1:" + port + "/apis/ccompat/v7");
    Thread.ofVirtual().name("registry-probe").start(registry::awaitReady);
    return registry;
  }

  /** Whoever holds the port would answer the probe in the child's place. */
  private static void awaitFree(int port) {
    long giveUpNanos = System.nanoTime() + PORT_WAIT.toNanos();
    while (!LoopbackPorts.isFree(port)) {
      if (System.nanoTime() - giveUpNanos > 0) {
        throw new EmbeddedStartException(
            "the embedded registry did not start: port " + port + " is taken by another program");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PROBE_INTERVAL.toMillis()));
    }
  }

  private void awaitReady() {
    try (var http = HttpClient.newBuilder().connectTimeout(PROBE_TIMEOUT).build()) {
      long giveUpNanos = System.nanoTime() + READY_TIMEOUT.toNanos();
      while (!answers(http, request("/subjects").GET())) {
        if (child.awaitEnd(PROBE_INTERVAL) || System.nanoTime() - giveUpNanos > 0) {
          ready.completeExceptionally(child.startFailure());
          return;
        }
      }
      var setCompatibility =
          request("/config")
              .header("content-type", "application/vnd.schemaregistry.v1+json")
              .PUT(BodyPublishers.ofString(COMPATIBILITY));
      if (answers(http, setCompatibility)) {
        ready.complete(url);
      } else {
        ready.completeExceptionally(
            new EmbeddedStartException("the embedded registry refused its compatibility rule"));
      }
    } catch (InterruptedException | RuntimeException failure) {
      ready.completeExceptionally(failure);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path)).timeout(PROBE_TIMEOUT);
  }

  private static boolean answers(HttpClient http, HttpRequest.Builder request)
      throws InterruptedException {
    try {
      return http.send(request.build(), BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  CompletableFuture<String> url() {
    return ready.copy();
  }

  ChildProcess child() {
    return child;
  }
}
