package io.millrace.standalone.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Calls of the HTTP face with one key. */
public final class ApiClient implements AutoCloseable {

  /** Refusals are one short JSON object; more is not ours and not read. */
  private static final int REFUSAL_BYTES_MAX = 64 * 1024;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);

  private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final ServerAddress address;
  private final String key;

  public ApiClient(ServerAddress address, String key) {
    this.address = address;
    this.key = key;
  }

  /** What the server says to a GET. */
  public JsonNode get(String path) throws IOException {
    return json.readTree(text(request(path, CALL_TIMEOUT).GET()));
  }

  /** What the server says to a POST without a body. */
  public JsonNode post(String path) throws IOException {
    return json.readTree(text(request(path, CALL_TIMEOUT).POST(BodyPublishers.noBody())));
  }

  /** The answer as it comes, to a GET. */
  public HttpResponse<InputStream> stream(
      String path, Map<String, String> headers, Duration timeout) throws IOException {
    var request = request(path, timeout).GET();
    headers.forEach(request::setHeader);
    return sent(request.build());
  }

  /** The answer to a POST of lines of JSON. */
  public HttpResponse<InputStream> postLines(
      String path, Map<String, String> headers, byte[] lines, Duration timeout) throws IOException {
    var request =
        request(path, timeout)
            .setHeader("Content-Type", "application/x-ndjson")
            .POST(BodyPublishers.ofByteArray(lines));
    headers.forEach(request::setHeader);
    return sent(request.build());
  }

  /** The JSON as people read it. */
  public String pretty(JsonNode node) {
    try {
      return json.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private HttpRequest.Builder request(String path, Duration timeout) throws IOException {
    var base = address.current();
    if (base.isEmpty()) {
      throw new ConnectException(address.absence());
    }
    return HttpRequest.newBuilder(URI.create(base.get() + path))
        .timeout(timeout)
        .setHeader("Authorization", "Bearer " + key);
  }

  private String text(HttpRequest.Builder request) throws IOException {
    try (var body = sent(request.build()).body()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private HttpResponse<InputStream> sent(HttpRequest request) throws IOException {
    try {
      var response = http.send(request, BodyHandlers.ofInputStream());
      if (response.statusCode() >= 300) {
        throw refusal(response);
      }
      return response;
    } catch (ConnectException e) {
      // Its own message is empty.
      throw new ConnectException(
          e.getMessage() == null
              ? "no server answers at " + request.uri().resolve("/")
              : e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(CommandException.GIVEN_UP, "interrupted");
    }
  }

  private RefusedException refusal(HttpResponse<InputStream> response) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var body = response.body()) {
      bytes.writeBytes(body.readNBytes(REFUSAL_BYTES_MAX));
    }
    return new RefusedException(
        response.statusCode(),
        said(bytes.toByteArray())
            .orElse("the server answered with status " + response.statusCode()));
  }

  private Optional<String> said(byte[] body) {
    try {
      var message = json.readTree(body).path("error").path("message").asText("");
      return message.isEmpty() ? Optional.empty() : Optional.of(message);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
