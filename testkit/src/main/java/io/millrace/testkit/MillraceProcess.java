package io.millrace.testkit;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.core.ConditionTimeoutException;

/**
 * {@code millrace up} as a child process on free ports, ready when the factory method returns. It
 * may be killed and started again on the same directory.
 */
public final class MillraceProcess implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);

  private final ProductProcess process;
  private final JsonNode endpoints;
  private final Duration startDuration;

  private MillraceProcess(ProductProcess process, JsonNode endpoints, Duration startDuration) {
    this.process = process;
    this.endpoints = endpoints;
    this.startDuration = startDuration;
  }

  /** {@code up} on the directory, with the account's key. */
  public static ProductCommand command(Path dataDir, String key) {
    return ProductCommand.of(
            "up",
            "--data",
            dataDir.toString(),
            "--port",
            "0",
            "--management-port",
            "0",
            "--kafka-port",
            "0",
            "--registry-port",
            "0")
        .with("MILLRACE_API_KEY", key)
        .with("MILLRACE_ADMIN_KEY", key + "-admin");
  }

  /** The same with a configuration file. */
  public static ProductCommand command(Path dataDir, String key, Path config) {
    return command(dataDir, key).withArguments("--config", config.toString());
  }

  /** Starts it on the directory and waits until it is ready. */
  public static MillraceProcess up(ProductCommand command, Path dataDir) {
    long begin = System.nanoTime();
    var process = command.start();
    try {
      var endpoints =
          await("ready on " + dataDir)
              .atMost(START_TIMEOUT)
              .pollInterval(Duration.ofMillis(20))
              .until(() -> endpointsOf(process, dataDir), found -> !found.isEmpty());
      var took = Duration.ofNanos(System.nanoTime() - begin);
      return new MillraceProcess(process, endpoints, took);
    } catch (ConditionTimeoutException e) {
      var report = process.report("is not ready");
      process.close();
      throw new IllegalStateException(report, e);
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /** The file that the process wrote when it was ready; empty while it is that of a predecessor. */
  private static JsonNode endpointsOf(ProductProcess process, Path dataDir) {
    var file = dataDir.resolve("endpoints.json");
    var json = new ObjectMapper();
    if (!process.isAlive()) {
      throw new IllegalStateException(process.report("ended before it was ready"));
    }
    try {
      var endpoints = Files.exists(file) ? json.readTree(file.toFile()) : json.createObjectNode();
      boolean isOwn =
          endpoints.path("pids").valueStream().anyMatch(pid -> pid.asLong() == process.pid());
      return isOwn ? endpoints : json.createObjectNode();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** From the start of the process until it was ready. */
  public Duration startDuration() {
    return startDuration;
  }

  /** Base URL of the client face, without {@code /v1}. */
  public URI http() {
    return URI.create(endpoint("http"));
  }

  /** Base URL of the management port. */
  public URI management() {
    return URI.create(endpoint("management"));
  }

  /** Bootstrap servers. */
  public String kafka() {
    return endpoint("kafka");
  }

  /** Base URL of the registry. */
  public String schemaRegistry() {
    return endpoint("schemaRegistry");
  }

  /** Base URL of the simulator that stands in where no provider is configured. */
  public Optional<URI> simulator() {
    var url = endpoints.path("simulator").asText("");
    return url.isEmpty() ? Optional.empty() : Optional.of(URI.create(url));
  }

  /** All of {@code endpoints.json}. */
  public JsonNode endpoints() {
    return endpoints;
  }

  private String endpoint(String name) {
    var value = endpoints.path(name).asText("");
    if (value.isEmpty()) {
      throw new IllegalStateException("endpoints.json names no " + name + ": " + endpoints);
    }
    return value;
  }

  public ProductProcess process() {
    return process;
  }

  /** {@code kill -9}, and waits until it is dead; its children end on their own. */
  public void kill9() {
    process.kill9();
  }

  /** An orderly stop, and its exit code. */
  public int terminate() {
    return process.terminate(STOP_TIMEOUT);
  }

  @Override
  public void close() {
    process.close();
  }
}
