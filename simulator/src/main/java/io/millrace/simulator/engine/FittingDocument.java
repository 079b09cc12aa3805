package io.millrace.simulator.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * A document that fits a JSON schema, as plain as can be: strings say "water", numbers are 1,
 * booleans true, an enumeration gives its first value, an array has one element and an object every
 * property it lists. Values and depth are bounded, so a schema that refers to itself ends too; far
 * down, only what is required is filled in.
 */
final class FittingDocument {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int VALUES_MAX = 2000;
  private static final int DEPTH_MAX = 24;
  private static final int DEPTH_OF_OPTIONAL = 6;
  private static final int ELEMENTS_MAX = 100;
  private static final String WORD = "water";

  private final JsonNode root;
  private int values;

  private FittingDocument(JsonNode root) {
    this.root = root;
  }

  /** The document as text, with a space after each comma and colon. */
  static String of(JsonNode schema) {
    var text = new StringBuilder();
    write(text, new FittingDocument(schema).value(schema, 0));
    return text.toString();
  }

  private JsonNode value(JsonNode given, int depth) {
    JsonNode schema = resolved(given);
    if (++values > VALUES_MAX || depth > DEPTH_MAX) {
      return NODES.nullNode();
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (!schema.path("enum").isEmpty()) {
      return schema.get("enum").get(0);
    }
    return switch (type(schema)) {
      case "object" -> object(schema, depth);
      case "array" -> array(schema, depth);
      case "integer", "number" -> number(schema);
      case "boolean" -> NODES.booleanNode(true);
      case "null" -> NODES.nullNode();
      case String any -> NODES.textNode(text(schema));
    };
  }

  /** Follows references and takes the first of alternatives. */
  private JsonNode resolved(JsonNode given) {
    JsonNode schema = given;
    for (int i = 0; i < DEPTH_MAX; i++) {
      if (schema.has("$ref")) {
        String pointer = schema.path("$ref").asText("").replaceFirst("^#", "");
        schema = pointer.startsWith("/") ? root.at(pointer) : pointedRoot(pointer);
      } else if (!schema.path("anyOf").isEmpty()) {
        schema = schema.get("anyOf").get(0);
      } else if (!schema.path("oneOf").isEmpty()) {
        schema = schema.get("oneOf").get(0);
      } else if (!schema.path("allOf").isEmpty() && !schema.has("properties")) {
        schema = schema.get("allOf").get(0);
      } else {
        return schema;
      }
    }
    return MissingNode.getInstance();
  }

  private JsonNode pointedRoot(String pointer) {
    return pointer.isEmpty() ? root : MissingNode.getInstance();
  }

  /** Some providers write types in capitals; a list of types means its first that is not null. */
  private static String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    if (type.isArray()) {
      for (JsonNode one : type) {
        if (!one.asText("").equals("null")) {
          return one.asText("");
        }
      }
      return "null";
    }
    String usual = schema.has("properties") ? "object" : schema.has("items") ? "array" : "string";
    return type.asText(usual).toLowerCase(java.util.Locale.ROOT);
  }

  private ObjectNode object(JsonNode schema, int depth) {
    ObjectNode object = NODES.objectNode();
    JsonNode properties = schema.path("properties");
    for (Map.Entry<String, JsonNode> property : properties.properties()) {
      if (depth < DEPTH_OF_OPTIONAL || isRequired(schema, property.getKey())) {
        object.set(property.getKey(), value(property.getValue(), depth + 1));
      }
    }
    for (JsonNode name : schema.path("required")) {
      if (!object.has(name.asText("")) && !properties.has(name.asText(""))) {
        object.put(name.asText(""), WORD);
      }
    }
    return object;
  }

  private static boolean isRequired(JsonNode schema, String property) {
    for (JsonNode name : schema.path("required")) {
      if (name.asText("").equals(property)) {
        return true;
      }
    }
    return false;
  }

  private JsonNode array(JsonNode schema, int depth) {
    int usual = depth < DEPTH_OF_OPTIONAL && schema.path("maxItems").asInt(1) > 0 ? 1 : 0;
    int elements = Math.clamp(schema.path("minItems").asInt(0), usual, ELEMENTS_MAX);
    var array = NODES.arrayNode();
    for (int i = 0; i < elements; i++) {
      array.add(value(schema.path("items"), depth + 1));
    }
    return array;
  }

  private static JsonNode number(JsonNode schema) {
    long least = (long) Math.ceil(schema.path("minimum").asDouble(Long.MIN_VALUE));
    long most = (long) Math.floor(schema.path("maximum").asDouble(Long.MAX_VALUE));
    return NODES.numberNode(Math.max(least, Math.min(most, 1)));
  }

  private static String text(JsonNode schema) {
    int least = Math.min(schema.path("minLength").asInt(0), VALUES_MAX);
    int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
    String text = WORD.repeat(Math.max(1, Math.ceilDiv(least, WORD.length())));
    return text.length() > most ? text.substring(0, Math.max(0, most)) : text;
  }

  private static void write(StringBuilder text, JsonNode node) {
    if (node.isObject()) {
      String before = "{";
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        text.append(before).append(NODES.textNode(field.getKey())).append(": ");
        write(text, field.getValue());
        before = ", ";
      }
      text.append(node.isEmpty() ? "{}" : "}");
    } else if (node.isArray()) {
      String before = "[";
      for (JsonNode element : node) {
        text.append(before);
        write(text, element);
        before = ", ";
      }
      text.append(node.isEmpty() ? "[]" : "]");
    } else {
      text.append(node);
    }
  }
}
