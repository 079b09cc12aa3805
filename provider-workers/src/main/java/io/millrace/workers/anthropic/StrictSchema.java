package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.util.Set;

/**
 * A JSON schema as Anthropic can hold a model to it. Objects are closed, and what it has no grammar
 * for, such as the bounds of a number, is told to the model in the description. What fits the
 * result fits the original but for those bounds.
 */
final class StrictSchema {

  private static final Set<String> MAPS_OF_SCHEMAS = Set.of("properties", "$defs", "definitions");
  private static final Set<String> LISTS_OF_SCHEMAS = Set.of("anyOf", "allOf");
  private static final Set<String> TOLD_ONLY =
      Set.of(
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf",
          "minLength",
          "maxLength",
          "maxItems",
          "uniqueItems",
          "minProperties",
          "maxProperties");
  private static final Set<String> FORMATS =
      Set.of(
          "date-time",
          "time",
          "date",
          "duration",
          "email",
          "hostname",
          "uri",
          "ipv4",
          "ipv6",
          "uuid");

  private StrictSchema() {}

  /** The original stays as it is. */
  static ObjectNode of(ObjectNode schema) {
    var strict = Json.MAPPER.createObjectNode();
    var told = Json.MAPPER.createObjectNode();
    for (var keyword : schema.properties()) {
      add(keyword.getKey(), keyword.getValue(), strict, told);
    }
    if (isObject(schema) && !strict.has("additionalProperties")) {
      strict.put("additionalProperties", false);
    }
    if (!told.isEmpty()) {
      var described = strict.path("description").asText("");
      strict.put("description", described + (described.isEmpty() ? "" : "\n\n") + told);
    }
    return strict;
  }

  private static void add(String name, JsonNode value, ObjectNode strict, ObjectNode told) {
    if (MAPS_OF_SCHEMAS.contains(name) && value.isObject()) {
      var map = strict.putObject(name);
      value.properties().forEach(entry -> map.set(entry.getKey(), sub(entry.getValue())));
    } else if (LISTS_OF_SCHEMAS.contains(name) && value.isArray()) {
      addAll(strict.putArray(name), value);
    } else if (name.equals("oneOf") && value.isArray()) {
      addAll(strict.putArray("anyOf"), value);
    } else if (name.equals("items")) {
      strict.set(name, sub(value));
    } else if (isToldOnly(name, value)) {
      told.set(name, value);
    } else {
      strict.set(name, value);
    }
  }

  private static boolean isToldOnly(String name, JsonNode value) {
    return TOLD_ONLY.contains(name)
        || (name.equals("minItems") && value.asLong() > 1)
        || (name.equals("format") && !FORMATS.contains(value.asText()));
  }

  private static void addAll(ArrayNode into, JsonNode schemas) {
    schemas.forEach(schema -> into.add(sub(schema)));
  }

  private static JsonNode sub(JsonNode schema) {
    return schema instanceof ObjectNode object ? of(object) : schema;
  }

  private static boolean isObject(ObjectNode schema) {
    var type = schema.path("type");
    boolean isNamed = type.asText().equals("object");
    for (var one : type) {
      isNamed |= one.asText().equals("object");
    }
    return isNamed || (type.isMissingNode() && schema.has("properties"));
  }
}
