package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.List;

/** Tools and the choice among them: flat in a Responses request, nested in a chat request. */
final class ToolForms {

  private ToolForms() {}

  /** The tools; those that OpenAI itself would run are refused. */
  static ArrayNode tools(JsonNode tools, ParameterCheck check) {
    var nested = Json.MAPPER.createArrayNode();
    for (var tool : tools) {
      switch (tool.path("type").asText("")) {
        case "function" -> {
          var outer = nested.addObject().put("type", "function");
          copy(
              tool,
              outer.putObject("function"),
              List.of("name", "description", "parameters", "strict"));
          if (tool.path("cache_control").isObject()) {
            outer.set("cache_control", tool.path("cache_control"));
          }
        }
        case "custom" -> {
          var custom = nested.addObject().put("type", "custom").putObject("custom");
          copy(tool, custom, List.of("name", "description"));
          if (tool.path("format").isObject()) {
            custom.set("format", format(tool.path("format")));
          }
        }
        case String other -> check.refuse("tools", "tools of type '" + other + "'");
      }
    }
    return nested;
  }

  private static JsonNode format(JsonNode format) {
    if (!format.path("type").asText("").equals("grammar")) {
      return format;
    }
    var nested = Json.MAPPER.createObjectNode().put("type", "grammar");
    copy(format, nested.putObject("grammar"), List.of("definition", "syntax"));
    return nested;
  }

  static JsonNode choice(JsonNode choice, ParameterCheck check) {
    if (!choice.isObject()) {
      return choice;
    }
    return switch (choice.path("type").asText("")) {
      case "function", "custom" -> named(choice);
      case "allowed_tools" -> {
        var root = Json.MAPPER.createObjectNode().put("type", "allowed_tools");
        var allowed = root.putObject("allowed_tools");
        allowed.put("mode", choice.path("mode").asText("auto"));
        var tools = allowed.putArray("tools");
        choice.path("tools").forEach(tool -> tools.add(named(tool)));
        yield root;
      }
      case String other -> {
        check.refuse("tool_choice", "tool_choice of type '" + other + "'");
        yield choice;
      }
    };
  }

  private static ObjectNode named(JsonNode tool) {
    var kind = tool.path("type").asText("function");
    var nested = Json.MAPPER.createObjectNode().put("type", kind);
    nested.putObject(kind).put("name", tool.path("name").asText(""));
    return nested;
  }

  private static void copy(JsonNode from, ObjectNode to, List<String> names) {
    for (var name : names) {
      if (!from.path(name).isMissingNode() && !from.path(name).isNull()) {
        to.set(name, from.path(name));
      }
    }
  }
}
