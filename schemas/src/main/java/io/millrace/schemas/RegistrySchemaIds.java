package io.millrace.schemas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.NullMarked;

/**
 * Schema ids of any registry that speaks Confluent's REST API (Confluent, Apicurio's ccompat,
 * Karapace, Redpanda). Each schema and each id is asked for once and then kept, so that the
 * registry is not on the path of a request.
 *
 * <p>A call that fails is tried again for {@code patience}, then ends in a {@link
 * SerializationException}. Blocks; register the schemas of a service at its start with {@link
 * #register}.
 */
@NullMarked
public final class RegistrySchemaIds implements SchemaIds {

  private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CALL_TIMEOUT).build();
  private final String url;
  private final Optional<String> authorization;
  private final Duration patience;
  private final Map<Schema, Integer> ids = new ConcurrentHashMap<>();
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

  private RegistrySchemaIds(String url, Optional<String> authorization, Duration patience) {
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    this.authorization = authorization;
    this.patience = patience;
  }

  /** A registry without authentication. */
  public static RegistrySchemaIds at(String url, Duration patience) {
    return new RegistrySchemaIds(url, Optional.empty(), patience);
  }

  /** A registry that asks for a user and a password (HTTP Basic). */
  public static RegistrySchemaIds at(String url, String user, String password, Duration patience) {
    var pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    var basic = "Basic " + Base64.getEncoder().encodeToString(pair);
    return new RegistrySchemaIds(url, Optional.of(basic), patience);
  }

  /** Makes the ids of the schemas known, so that later calls answer from memory. */
  public RegistrySchemaIds register(Iterable<Schema> schemas) {
    schemas.forEach(this::idOf);
    return this;
  }

  @Override
  public int idOf(Schema schema) {
    return ids.computeIfAbsent(schema, this::registered);
  }

  @Override
  public Schema schemaOf(int id) {
    return schemas.computeIfAbsent(id, this::fetched);
  }

  private int registered(Schema schema) {
    var subject = URLEncoder.encode(schema.getFullName(), StandardCharsets.UTF_8);
    var body = json.createObjectNode().put("schema", schema.toString()).toString();
    var answer =
        call(
            HttpRequest.newBuilder(URI.create(url + "/subjects/" + subject + "/versions"))
                .POST(BodyPublishers.ofString(body)),
            "register " + schema.getFullName());
    int id = answer.path("id").asInt();
    schemas.putIfAbsent(id, schema);
    return id;
  }

  private Schema fetched(int id) {
    var answer =
        call(
            HttpRequest.newBuilder(URI.create(url + "/schemas/ids/" + id)).GET(), "fetch id " + id);
    return new Schema.Parser().parse(answer.path("schema").asText());
  }

  private JsonNode call(HttpRequest.Builder request, String what) {
    request
        .timeout(CALL_TIMEOUT)
        .header("Content-Type", CONTENT_TYPE)
        .header("Accept", CONTENT_TYPE);
    authorization.ifPresent(value -> request.header("Authorization", value));
    long giveUpAt = System.nanoTime() + patience.toNanos();
    while (true) {
      String problem;
      try {
        var response = http.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() == 200) {
          return json.readTree(response.body());
        }
        problem = "status " + response.statusCode() + " " + response.body();
        if (response.statusCode() < 500 && response.statusCode() != 429) {
          throw new SerializationException(
              "schema registry at " + url + ": " + what + ": " + problem);
        }
      } catch (IOException e) {
        problem = String.valueOf(e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SerializationException("interrupted: " + what, e);
      }
      if (System.nanoTime() > giveUpAt) {
        throw new SerializationException(
            "schema registry at " + url + ": " + what + ": " + problem);
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
