package io.millrace.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** One account's HTTP client. */
final class Client implements AutoCloseable {

  static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;
  private final String key;

  Client(URI base, String key) {
    this.base = base;
    this.key = key;
  }

  /** An answer, its body read to the end. */
  record Answer(int status, HttpHeaders headers, String text) {

    JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException("not JSON: " + text, e);
      }
    }

    JsonNode error() {
      return json().path("error");
    }

    String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }

  /** A chat body with one user message. */
  static String chat(String model, String prompt) {
    return chat(model, prompt, Map.of());
  }

  /** The same with more fields. */
  static String chat(String model, String prompt, Map<String, ?> more) {
    var body = JsonNodeFactory.instance.objectNode().put("model", model);
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
    more.forEach((name, value) -> body.set(name, JSON.valueToTree(value)));
    return body.toString();
  }

  /** A chat call that waits for its answer. */
  Answer complete(String body, String... headers) {
    return post("/v1/chat/completions", body, headers);
  }

  /** A chat call that does not wait; the path of the request. */
  String submit(String body, String... headers) {
    var all = new java.util.ArrayList<>(List.of(headers));
    all.addAll(List.of("Prefer", "respond-async"));
    var answer = post("/v1/chat/completions", body, all.toArray(String[]::new));
    if (answer.status() != 202) {
      throw new AssertionError("not accepted: " + answer.status() + " " + answer.text());
    }
    return answer.header("Location");
  }

  Answer post(String path, String body, String... headers) {
    return send("POST", path, body, headers);
  }

  Answer get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  Answer send(String method, String path, String body, String... headers) {
    return join(sendAsync(method, path, body, headers));
  }

  CompletableFuture<Answer> sendAsync(String method, String path, String body, String... headers) {
    return http.sendAsync(request(method, path, body, headers), BodyHandlers.ofString())
        .thenApply(Client::answer);
  }

  /** The status and headers now, the lines of the body as they come. */
  HttpResponse<java.util.stream.Stream<String>> lines(
      String method, String path, String body, String... headers) {
    return join(http.sendAsync(request(method, path, body, headers), BodyHandlers.ofLines()));
  }

  private HttpRequest request(String method, String path, String body, String... headers) {
    var request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(TIMEOUT)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.setHeader("Content-Type", "application/json");
    }
    if (!key.isEmpty()) {
      request.setHeader("Authorization", "Bearer " + key);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  private static Answer answer(HttpResponse<String> response) {
    return new Answer(response.statusCode(), response.headers(), response.body());
  }

  private static <T> T join(CompletableFuture<T> answer) {
    try {
      return answer.get(TIMEOUT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }
}
