package io.millrace.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * {@code millrace simulator} as a child process on a free port: a provider that outlives a crash.
 */
public final class SimulatorProcess implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private static final Pattern URL = Pattern.compile("http://[^\\s/]+:\\d+");

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final ProductProcess process;
  private final String url;

  private SimulatorProcess(ProductProcess process, String url) {
    this.process = process;
    this.url = url;
  }

  /** Starts it and waits until it serves. */
  public static SimulatorProcess start(String... jvmOptions) {
    var process = ProductCommand.of("simulator", "--port", "0").withJvmOptions(jvmOptions).start();
    try {
      var line = process.awaitLine(text -> URL.matcher(text).find(), START_TIMEOUT);
      var found = URL.matcher(line);
      if (!found.find()) {
        throw new IllegalStateException("no URL in: " + line);
      }
      return new SimulatorProcess(process, found.group());
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /** Without a path. */
  public String url() {
    return url;
  }

  /** What {@code providers[].baseUrl} is to be. */
  public String openAiUrl() {
    return url + "/v1";
  }

  /** Sets its whole behaviour. */
  public void script(String script) {
    call(
        HttpRequest.newBuilder(URI.create(url + "/_simulator/script"))
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(script)));
  }

  /** What it served: {@code calls}, {@code byModel}, and what else it counts. */
  public JsonNode stats() {
    return tree(call(HttpRequest.newBuilder(URI.create(url + "/_simulator/stats")).GET()));
  }

  /** Complete answers per request id, as the callers named them. */
  public Map<String, Integer> callsByRequest() {
    var counts = new TreeMap<String, Integer>();
    tree(call(HttpRequest.newBuilder(URI.create(url + "/_simulator/requests")).GET()))
        .properties()
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue().asInt()));
    return counts;
  }

  /** Forgets what it served. */
  public void reset() {
    call(HttpRequest.newBuilder(URI.create(url + "/_simulator/stats")).DELETE());
  }

  public ProductProcess process() {
    return process;
  }

  private JsonNode tree(String body) {
    try {
      return json.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON", e);
    }
  }

  private String call(HttpRequest.Builder request) {
    try {
      var response = http.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw new IllegalStateException(
            "simulator says " + response.statusCode() + ": " + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException("simulator does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.close();
    http.close();
  }
}
