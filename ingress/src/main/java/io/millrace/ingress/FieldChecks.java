package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import io.millrace.ingress.ApiError.Kind;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Checks the fields of a body one after the other and keeps the first that is wrong. A field that
 * is null counts as absent, as OpenAI has it.
 */
final class FieldChecks {

  private static final Pattern TOOL_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int METADATA_PAIRS_MAX = 16;
  private static final int METADATA_KEY_MAX = 64;
  private static final int METADATA_VALUE_MAX = 512;

  private Optional<ApiError> first = Optional.empty();

  boolean failed() {
    return first.isPresent();
  }

  void fail(Kind kind, String path, String message) {
    if (first.isEmpty()) {
      first = Optional.of(new ApiError(kind, message, path));
    }
  }

  /** The value if nothing was wrong. */
  <T> Checked<T> result(Supplier<T> value) {
    return first.<Checked<T>>map(Checked::refused).orElseGet(() -> Checked.ok(value.get()));
  }

  static boolean isAbsent(JsonNode owner, String name) {
    var field = owner.get(name);
    return field == null || field.isNull();
  }

  void missing(String path) {
    fail(Kind.MISSING_PARAMETER, path, "Missing required parameter: '" + path + "'.");
  }

  void wrongType(String path, String expected, JsonNode got) {
    fail(
        Kind.INVALID_TYPE,
        path,
        "Invalid type for '%s': expected %s, but got %s instead."
            .formatted(path, expected, typeOf(got)));
  }

  /** A text that must be there; empty when it is not. */
  String requiredText(JsonNode owner, String name, String path) {
    if (isAbsent(owner, name)) {
      missing(path);
      return "";
    }
    return text(owner, name, path).orElse("");
  }

  Optional<String> text(JsonNode owner, String name, String path) {
    if (isAbsent(owner, name)) {
      return Optional.empty();
    }
    var field = owner.get(name);
    if (!field.isTextual()) {
      wrongType(path, "a string", field);
      return Optional.empty();
    }
    return Optional.of(field.textValue());
  }

  boolean flag(JsonNode owner, String name) {
    if (isAbsent(owner, name)) {
      return false;
    }
    var field = owner.get(name);
    if (!field.isBoolean()) {
      wrongType(name, "a boolean", field);
    }
    return field.booleanValue();
  }

  Optional<Long> integer(JsonNode owner, String name, long min, long max) {
    if (isAbsent(owner, name)) {
      return Optional.empty();
    }
    var field = owner.get(name);
    if (!field.isIntegralNumber()) {
      wrongType(name, "an integer", field);
      return Optional.empty();
    }
    if (!field.canConvertToLong() || field.longValue() > max) {
      fail(Kind.INTEGER_ABOVE_MAX, name, outOfRange(name, field, "at most " + max));
      return Optional.empty();
    }
    if (field.longValue() < min) {
      fail(Kind.INTEGER_BELOW_MIN, name, outOfRange(name, field, "at least " + min));
      return Optional.empty();
    }
    return Optional.of(field.longValue());
  }

  void number(JsonNode owner, String name, double min, double max) {
    if (isAbsent(owner, name)) {
      return;
    }
    var field = owner.get(name);
    if (!field.isNumber()) {
      wrongType(name, "a number", field);
    } else if (field.doubleValue() > max) {
      fail(Kind.DECIMAL_ABOVE_MAX, name, outOfRange(name, field, "at most " + max));
    } else if (field.doubleValue() < min) {
      fail(Kind.DECIMAL_BELOW_MIN, name, outOfRange(name, field, "at least " + min));
    }
  }

  /** A text out of a few. */
  void oneOf(JsonNode owner, String name, String path, Set<String> known) {
    var given = text(owner, name, path);
    if (given.isPresent() && !known.contains(given.get())) {
      unknownValue(path, given.get(), known);
    }
  }

  void unknownValue(String path, String given, Collection<String> known) {
    fail(
        Kind.INVALID_VALUE,
        path,
        "Invalid value for '%s': '%s'. Supported values are: %s."
            .formatted(
                path, ApiError.shown(given), String.join(", ", known.stream().sorted().toList())));
  }

  void textAtMost(JsonNode owner, String name, int lengthMax) {
    int length = text(owner, name, name).map(String::length).orElse(0);
    if (length > lengthMax) {
      tooLong(name, lengthMax, length);
    }
  }

  private void tooLong(String path, int lengthMax, int length) {
    fail(
        Kind.STRING_TOO_LONG,
        path,
        "Invalid '%s': string too long. Expected at most %d characters, but got %d."
            .formatted(path, lengthMax, length));
  }

  /** The name of a tool, a function or a schema. */
  void toolName(JsonNode owner, String path) {
    var name = requiredText(owner, "name", path);
    if (!failed() && !TOOL_NAME.matcher(name).matches()) {
      fail(
          Kind.INVALID_VALUE,
          path,
          "Invalid '%s': '%s'. Expected 1 to 64 of a-z, A-Z, 0-9, underscore and hyphen."
              .formatted(path, ApiError.shown(name)));
    }
  }

  /** A client's own pairs of texts, as OpenAI's objects carry them. */
  void metadata(JsonNode owner) {
    if (isAbsent(owner, "metadata")) {
      return;
    }
    var metadata = owner.get("metadata");
    if (!metadata.isObject()) {
      wrongType("metadata", "an object", metadata);
    } else if (metadata.size() > METADATA_PAIRS_MAX) {
      fail(
          Kind.INVALID_VALUE,
          "metadata",
          "Invalid 'metadata': too many properties. Expected at most 16, but got "
              + metadata.size()
              + ".");
    } else {
      metadata.properties().forEach(pair -> metadataPair(pair.getKey(), pair.getValue()));
    }
  }

  private void metadataPair(String key, JsonNode value) {
    var path = "metadata." + ApiError.shown(key);
    if (key.length() > METADATA_KEY_MAX) {
      tooLong(path, METADATA_KEY_MAX, key.length());
    } else if (!value.isTextual()) {
      wrongType(path, "a string", value);
    } else if (value.textValue().length() > METADATA_VALUE_MAX) {
      tooLong(path, METADATA_VALUE_MAX, value.textValue().length());
    }
  }

  private static String outOfRange(String name, JsonNode got, String expected) {
    return "Invalid value for '%s': %s. Expected %s."
        .formatted(name, ApiError.shown(got.asText()), expected);
  }

  static String typeOf(JsonNode node) {
    JsonNodeType type = node.getNodeType();
    return type == JsonNodeType.NULL ? "null" : "a " + type.name().toLowerCase(Locale.ROOT);
  }

  /** Checks each element of a list of objects, which may be absent, up to the first mistake. */
  void eachObject(JsonNode body, String field, int countMax, BiConsumer<JsonNode, String> check) {
    if (isAbsent(body, field)) {
      return;
    }
    var list = body.get(field);
    if (!list.isArray()) {
      wrongType(field, "an array of objects", list);
    } else if (list.size() > countMax) {
      fail(
          Kind.ARRAY_TOO_LONG,
          field,
          "Invalid '%s': array too long. Expected at most %d, but got %d."
              .formatted(field, countMax, list.size()));
    }
    for (int i = 0; i < list.size() && !failed(); i++) {
      var path = field + "[" + i + "]";
      if (list.get(i).isObject()) {
        check.accept(list.get(i), path);
      } else {
        wrongType(path, "an object", list.get(i));
      }
    }
  }
}
