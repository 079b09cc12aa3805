package io.millrace.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * A schema registry that forgets: a real HTTP server with the part of Confluent's REST API that
 * Avro serializers use. It does not judge compatibility. Safe for concurrent use.
 */
public final class InMemoryRegistry implements AutoCloseable {

  private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final int SUBJECT_NOT_FOUND = 40401;
  private static final int VERSION_NOT_FOUND = 40402;
  private static final int SCHEMA_NOT_FOUND = 40403;
  private static final int INVALID_SCHEMA = 42201;

  private final ObjectMapper json = new ObjectMapper();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Schema> schemas = new ArrayList<>();
  private final Map<String, List<Integer>> subjects = new LinkedHashMap<>();
  private String compatibility = "NONE";

  private InMemoryRegistry(HttpServer server) {
    this.server = server;
  }

  /** Listens on a free port of the loopback address. */
  public static InMemoryRegistry start() {
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      var registry = new InMemoryRegistry(HttpServer.create(address, 0));
      registry.server.createContext("/", registry::handle);
      registry.server.setExecutor(registry.threads);
      registry.server.start();
      return registry;
    } catch (IOException e) {
      throw new UncheckedIOException("no port for the schema registry", e);
    }
  }

  /** Where it is, as {@code schemaRegistry.url} wants it. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = json.readTree(exchange.getRequestBody().readAllBytes());
      var answer = answer(exchange.getRequestMethod(), segments(exchange), body);
      var bytes = json.writeValueAsBytes(answer.body());
      exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static List<String> segments(HttpExchange exchange) {
    var segments = new ArrayList<String>();
    for (var part : exchange.getRequestURI().getRawPath().split("/", -1)) {
      if (!part.isEmpty()) {
        segments.add(URLDecoder.decode(part, StandardCharsets.UTF_8));
      }
    }
    return segments;
  }

  private synchronized Answer answer(String method, List<String> path, JsonNode body) {
    var call = method + " " + shape(path);
    return switch (call) {
      case "GET subjects" -> new Answer(200, json.valueToTree(subjects.keySet()));
      case "POST subjects/*/versions" -> register(path.get(1), body);
      case "POST subjects/*" -> lookUp(path.get(1), body);
      case "GET subjects/*/versions" -> versions(path.get(1));
      case "GET subjects/*/versions/*" -> version(path.get(1), path.get(3));
      case "GET schemas/ids/*" -> schema(path.get(2));
      case "GET config", "GET config/*" ->
          new Answer(200, json.createObjectNode().put("compatibilityLevel", compatibility));
      case "PUT config", "PUT config/*" -> {
        compatibility = body.path("compatibility").asText(compatibility);
        yield new Answer(200, json.createObjectNode().put("compatibility", compatibility));
      }
      default -> error(404, 404, "no such call");
    };
  }

  /** The path with names and numbers left out. */
  private static String shape(List<String> path) {
    var fixed = List.of("subjects", "versions", "schemas", "ids", "config");
    var shape = new ArrayList<String>();
    for (int i = 0; i < path.size(); i++) {
      // A subject may be called like one of the words.
      boolean isName = i == 1 && !path.getFirst().equals("schemas");
      shape.add(!isName && fixed.contains(path.get(i)) ? path.get(i) : "*");
    }
    return String.join("/", shape);
  }

  private Answer register(String subject, JsonNode body) {
    Schema schema;
    try {
      schema = new Schema.Parser().parse(body.path("schema").asText());
    } catch (SchemaParseException e) {
      return error(422, INVALID_SCHEMA, "not an Avro schema: " + e.getMessage());
    }
    int id = schemas.indexOf(schema) + 1;
    if (id == 0) {
      schemas.add(schema);
      id = schemas.size();
    }
    var ids = subjects.computeIfAbsent(subject, added -> new ArrayList<>());
    if (!ids.contains(id)) {
      ids.add(id);
    }
    return new Answer(200, json.createObjectNode().put("id", id));
  }

  private Answer lookUp(String subject, JsonNode body) {
    var ids = subjects.get(subject);
    if (ids == null) {
      return error(404, SUBJECT_NOT_FOUND, "Subject '" + subject + "' not found.");
    }
    var schema = new Schema.Parser().parse(body.path("schema").asText());
    int version = ids.indexOf(schemas.indexOf(schema) + 1) + 1;
    return version == 0
        ? error(404, SCHEMA_NOT_FOUND, "Schema not found")
        : new Answer(200, described(subject, version, ids.get(version - 1)));
  }

  private Answer versions(String subject) {
    var ids = subjects.get(subject);
    if (ids == null) {
      return error(404, SUBJECT_NOT_FOUND, "Subject '" + subject + "' not found.");
    }
    var versions = json.createArrayNode();
    for (int version = 1; version <= ids.size(); version++) {
      versions.add(version);
    }
    return new Answer(200, versions);
  }

  private Answer version(String subject, String wanted) {
    var ids = subjects.get(subject);
    if (ids == null) {
      return error(404, SUBJECT_NOT_FOUND, "Subject '" + subject + "' not found.");
    }
    int version = wanted.equals("latest") ? ids.size() : number(wanted);
    return version < 1 || version > ids.size()
        ? error(404, VERSION_NOT_FOUND, "Version " + wanted + " not found.")
        : new Answer(200, described(subject, version, ids.get(version - 1)));
  }

  private Answer schema(String wanted) {
    int id = number(wanted);
    return id < 1 || id > schemas.size()
        ? error(404, SCHEMA_NOT_FOUND, "Schema " + wanted + " not found")
        : new Answer(200, json.createObjectNode().put("schema", schemas.get(id - 1).toString()));
  }

  private ObjectNode described(String subject, int version, int id) {
    return json.createObjectNode()
        .put("subject", subject)
        .put("version", version)
        .put("id", id)
        .put("schema", schemas.get(id - 1).toString());
  }

  private Answer error(int status, int code, String message) {
    return new Answer(
        status, json.createObjectNode().put("error_code", code).put("message", message));
  }

  private static int number(String text) {
    return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
  }

  private record Answer(int status, JsonNode body) {}
}
