package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.engine.Asked;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a chat body asks for besides words: tools, a form of answer, stop sequences. */
final class AskedReader {
  private static final Set<String> CHOICES = Set.of("none", "auto", "required", "any");
  private static final int STOPS_MAX = 4;
  private static final int TOOLS_MAX = 128;

  private AskedReader() {}

  static Optional<OpenAiError> problem(JsonNode root) {
    return toolsProblem(root)
        .or(() -> choiceProblem(root))
        .or(() -> formatProblem(root))
        .or(() -> stopProblem(root));
  }

  private static Optional<OpenAiError> toolsProblem(JsonNode root) {
    if (Checks.isAbsent(root, "tools")) {
      return Optional.empty();
    }
    JsonNode tools = root.get("tools");
    if (!tools.isArray() || tools.size() > TOOLS_MAX) {
      return Checks.wrongType("tools", "an array of at most " + TOOLS_MAX + " objects");
    }
    for (int i = 0; i < tools.size(); i++) {
      JsonNode tool = tools.get(i);
      if (!tool.path("type").isTextual()) {
        return Checks.missing("tools[" + i + "].type");
      }
      boolean isFunction = tool.get("type").textValue().equals("function");
      if (isFunction && !tool.path("function").path("name").isTextual()) {
        return Checks.missing("tools[" + i + "].function.name");
      }
    }
    return Optional.empty();
  }

  private static Optional<OpenAiError> choiceProblem(JsonNode root) {
    if (Checks.isAbsent(root, "tool_choice")) {
      return Optional.empty();
    }
    JsonNode choice = root.get("tool_choice");
    if (choice.isTextual() && !CHOICES.contains(choice.textValue())) {
      return Checks.wrongValue("tool_choice", "none, auto, required or a tool");
    }
    if (Checks.isAbsent(root, "tools")) {
      return Checks.wrongValue("tool_choice", "it only beside 'tools'");
    }
    String name = choice.path("function").path("name").asText("");
    boolean isOffered = tools(root).stream().anyMatch(tool -> tool.name().equals(name));
    return name.isEmpty() || isOffered
        ? Optional.empty()
        : Checks.wrongValue("tool_choice", "the name of a tool in 'tools'");
  }

  private static Optional<OpenAiError> formatProblem(JsonNode root) {
    JsonNode format = root.path("response_format");
    if (Checks.isAbsent(root, "response_format")) {
      return Optional.empty();
    }
    return switch (format.path("type").asText("")) {
      case "text", "json_object" -> Optional.empty();
      case "json_schema" ->
          format.path("json_schema").path("schema").isObject()
              ? Optional.empty()
              : Checks.missing("response_format.json_schema.schema");
      case String other ->
          Checks.wrongValue("response_format.type", "text, json_object or json_schema");
    };
  }

  private static Optional<OpenAiError> stopProblem(JsonNode root) {
    JsonNode stop = root.path("stop");
    return stop.isArray() && stop.size() > STOPS_MAX
        ? Checks.wrongValue("stop", "at most " + STOPS_MAX + " sequences")
        : Optional.empty();
  }

  /** What a body without a problem asks for; most ask for words only. */
  static Asked read(JsonNode root) {
    boolean isPlain = !root.has("tools") && !root.has("response_format") && !root.has("stop");
    if (isPlain) {
      return Asked.TEXT;
    }
    JsonNode messages = root.path("messages");
    String lastRole = messages.path(messages.size() - 1).path("role").asText("");
    return new Asked(
        tools(root),
        demand(root.path("tool_choice")),
        root.path("parallel_tool_calls").asBoolean(true),
        lastRole.equals("tool") || lastRole.equals("function"),
        format(root.path("response_format")),
        stops(root.path("stop")),
        false);
  }

  private static List<Asked.Tool> tools(JsonNode root) {
    var tools = new ArrayList<Asked.Tool>();
    for (JsonNode tool : root.path("tools")) {
      JsonNode function = tool.path("function");
      if (function.path("name").isTextual()) {
        tools.add(new Asked.Tool(function.get("name").textValue(), function.path("parameters")));
      }
    }
    return tools;
  }

  private static Asked.ToolDemand demand(JsonNode choice) {
    String named = choice.path("function").path("name").asText("");
    if (!named.isEmpty()) {
      return new Asked.ToolDemand.Named(named);
    }
    String mode = choice.path("allowed_tools").path("mode").asText(choice.asText("auto"));
    return switch (mode) {
      case "none" -> new Asked.ToolDemand.Never();
      case "required", "any" -> new Asked.ToolDemand.Required();
      case String other -> new Asked.ToolDemand.Auto();
    };
  }

  private static Asked.Format format(JsonNode format) {
    return switch (format.path("type").asText("text")) {
      case "json_schema" -> new Asked.Format.JsonSchema(format.at("/json_schema/schema"));
      case "json_object" -> new Asked.Format.JsonObject();
      case String text -> new Asked.Format.Text();
    };
  }

  private static List<String> stops(JsonNode stop) {
    if (stop.isTextual()) {
      return List.of(stop.textValue());
    }
    var stops = new ArrayList<String>();
    stop.forEach(one -> stops.add(one.asText("")));
    return stops;
  }
}
