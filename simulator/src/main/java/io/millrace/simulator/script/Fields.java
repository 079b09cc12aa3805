package io.millrace.simulator.script;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** A JSON object read strictly: an unknown key or a value of the wrong kind names its path. */
final class Fields {
  private final String path;
  private final JsonNode object;

  private Fields(String path, JsonNode object) {
    this.path = path;
    this.object = object;
  }

  static Fields of(String path, JsonNode node) {
    if (!node.isObject()) {
      throw new ScriptException(
          path.isEmpty() ? "script" : path, "must be an object", node.toString());
    }
    return new Fields(path, node);
  }

  Fields only(Set<String> known) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!known.contains(field.getKey())) {
        throw wrong(field.getKey(), "is not a known key");
      }
    }
    return this;
  }

  boolean has(String name) {
    return object.has(name);
  }

  Set<Map.Entry<String, JsonNode>> all() {
    return object.properties();
  }

  JsonNode get(String name) {
    return object.path(name);
  }

  Fields object(String name) {
    return of(path(name), get(name));
  }

  /** The object under a name, or the fallback when there is none. */
  <T> T object(String name, T fallback, BiFunction<Fields, T, T> read) {
    return has(name) ? read.apply(object(name), fallback) : fallback;
  }

  long integer(String name, long min, long max, long fallback) {
    return has(name) ? integer(name, min, max) : fallback;
  }

  long integer(String name, long min, long max) {
    JsonNode value = get(name);
    boolean isRight =
        value.isIntegralNumber()
            && value.canConvertToLong()
            && value.longValue() >= min
            && value.longValue() <= max;
    if (!isRight) {
      throw wrong(name, "must be an integer from " + min + " to " + max);
    }
    return value.longValue();
  }

  double number(String name, double min, double max, double fallback) {
    return has(name) ? number(name, min, max) : fallback;
  }

  double number(String name, double min, double max) {
    JsonNode value = get(name);
    if (!value.isNumber() || !(value.doubleValue() >= min && value.doubleValue() <= max)) {
      throw wrong(name, "must be a number from " + plain(min) + " to " + plain(max));
    }
    return value.doubleValue();
  }

  boolean flag(String name, boolean fallback) {
    if (has(name) && !get(name).isBoolean()) {
      throw wrong(name, "must be true or false");
    }
    return get(name).asBoolean(fallback);
  }

  String text(String name, String fallback) {
    if (has(name) && !get(name).isTextual()) {
      throw wrong(name, "must be a string");
    }
    return get(name).asText(fallback);
  }

  /** For a value whose key is missing, or whose type a caller found to be wrong. */
  ScriptException wrong(String name, String expectation) {
    return new ScriptException(
        path(name), expectation, has(name) ? get(name).toString() : "missing");
  }

  String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static String plain(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }
}
