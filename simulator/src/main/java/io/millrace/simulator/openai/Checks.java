package io.millrace.simulator.openai;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.Optional;

/**
 * Checks of a request's fields, each saying what is wrong as OpenAI would. Null counts as absent.
 */
final class Checks {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Checks() {}

  /** The body as a tree, which is missing when it is not JSON. */
  static JsonNode tree(byte[] body) {
    try {
      return MAPPER.readTree(body);
    } catch (JacksonException notJson) {
      return MissingNode.getInstance();
    } catch (IOException unreachable) {
      throw new IllegalStateException("reading from memory failed", unreachable);
    }
  }

  static Optional<OpenAiError> model(JsonNode root) {
    if (isAbsent(root, "model")) {
      return missing("model");
    }
    return root.get("model").isTextual() && !root.get("model").textValue().isEmpty()
        ? Optional.empty()
        : wrongType("model", "a non-empty string");
  }

  static Optional<OpenAiError> integer(JsonNode root, String name, long min, long max) {
    if (isAbsent(root, name)) {
      return Optional.empty();
    }
    JsonNode value = root.get(name);
    if (!value.isIntegralNumber()) {
      return wrongType(name, "an integer");
    }
    if (value.canConvertToLong() && value.longValue() >= min && value.longValue() <= max) {
      return Optional.empty();
    }
    boolean isBelow = value.bigIntegerValue().signum() <= 0;
    String code = isBelow ? "integer_below_min_value" : "integer_above_max_value";
    String message = "Invalid '%s': expected a value from %d to %d.".formatted(name, min, max);
    return Optional.of(OpenAiError.invalid(code, name, message));
  }

  static Optional<OpenAiError> flag(JsonNode root, String name) {
    return isAbsent(root, name) || root.get(name).isBoolean()
        ? Optional.empty()
        : wrongType(name, "a boolean");
  }

  static Optional<OpenAiError> missing(String name) {
    String message = "Missing required parameter: '%s'.".formatted(name);
    return Optional.of(OpenAiError.invalid("missing_required_parameter", name, message));
  }

  static Optional<OpenAiError> wrongType(String name, String wanted) {
    String message = "Invalid type for '%s': expected %s.".formatted(name, wanted);
    return Optional.of(OpenAiError.invalid("invalid_type", name, message));
  }

  static Optional<OpenAiError> wrongValue(String name, String wanted) {
    String message = "Invalid value for '%s': expected %s.".formatted(name, wanted);
    return Optional.of(OpenAiError.invalid("invalid_value", name, message));
  }

  static boolean isAbsent(JsonNode root, String name) {
    JsonNode value = root.path(name);
    return value.isMissingNode() || value.isNull();
  }
}
