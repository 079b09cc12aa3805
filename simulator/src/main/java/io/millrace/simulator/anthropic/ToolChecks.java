package io.millrace.simulator.anthropic;

import static io.millrace.simulator.anthropic.AnthropicError.found;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether tools and schemas are such as Anthropic takes. */
final class ToolChecks {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");
  private static final Set<String> CHOICES = Set.of("auto", "any", "none", "tool");
  private static final Set<String> UNSUPPORTED =
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
          "oneOf");

  private ToolChecks() {}

  static Optional<AnthropicError> problem(JsonNode root) {
    return toolsProblem(root.path("tools"))
        .or(() -> choiceProblem(root))
        .or(() -> formatProblem(root.path("output_config").path("format")));
  }

  private static Optional<AnthropicError> toolsProblem(JsonNode tools) {
    var names = new HashSet<String>();
    int index = 0;
    for (JsonNode tool : tools) {
      String at = "tools." + index++;
      String name = tool.path("name").asText();
      if (!NAME.matcher(name).matches()) {
        return found(at + ".custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
      }
      if (!names.add(name)) {
        return found("tools: Tool names must be unique.");
      }
      if (!tool.path("input_schema").path("type").asText().equals("object")) {
        return found(at + ".custom.input_schema.type: Input should be 'object'");
      }
      if (tool.path("strict").asBoolean(false)) {
        Optional<AnthropicError> problem =
            schemaProblem(at + ".custom.input_schema", tool.path("input_schema"));
        if (problem.isPresent()) {
          return problem;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<AnthropicError> choiceProblem(JsonNode root) {
    JsonNode choice = root.path("tool_choice");
    if (choice.isMissingNode()) {
      return Optional.empty();
    }
    if (!CHOICES.contains(choice.path("type").asText())) {
      return found("tool_choice: Input should be one of 'auto', 'any', 'tool' or 'none'");
    }
    if (root.path("tools").isEmpty()) {
      return found("tool_choice may only be specified while providing tools");
    }
    String name = choice.path("name").asText();
    boolean isOffered =
        name.isEmpty()
            || root.path("tools")
                .valueStream()
                .anyMatch(tool -> tool.path("name").asText().equals(name));
    return isOffered ? Optional.empty() : found("Tool '" + name + "' not found in provided tools");
  }

  private static Optional<AnthropicError> formatProblem(JsonNode format) {
    if (format.isMissingNode() || format.isNull()) {
      return Optional.empty();
    }
    return format.path("type").asText().equals("json_schema") && format.path("schema").isObject()
        ? schemaProblem("output_config.format.schema", format.path("schema"))
        : found("output_config.format: Input should be of type 'json_schema' with a schema");
  }

  private static Optional<AnthropicError> schemaProblem(String at, JsonNode schema) {
    boolean isOpen =
        schema.path("type").asText().equals("object")
            && schema.path("additionalProperties").asBoolean(true);
    if (isOpen) {
      return found(
          at + ": For 'object' type, 'additionalProperties' must be explicitly set to false");
    }
    for (String keyword : UNSUPPORTED) {
      if (schema.has(keyword)) {
        return found(at + ": property '" + keyword + "' is not supported");
      }
    }
    return partsProblem(at, schema);
  }

  private static Optional<AnthropicError> partsProblem(String at, JsonNode schema) {
    var parts = new ArrayList<JsonNode>();
    schema.path("properties").forEach(parts::add);
    schema.path("$defs").forEach(parts::add);
    schema.path("anyOf").forEach(parts::add);
    if (schema.path("items").isObject()) {
      parts.add(schema.get("items"));
    }
    return parts.stream()
        .map(part -> schemaProblem(at, part))
        .flatMap(Optional::stream)
        .findFirst();
  }
}
