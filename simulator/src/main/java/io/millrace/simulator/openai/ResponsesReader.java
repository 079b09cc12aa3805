package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.Asked;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.TokenCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the body of a Responses call, or says what is wrong with it. */
final class ResponsesReader {
  /** OpenAI takes no smaller one. */
  private static final int OUTPUT_TOKENS_MIN = 16;

  private static final int TOP_LOGPROBS_MAX = 20;

  /** Chat's words, and those of Responses for the same. */
  private static final Map<String, String> MOVED =
      Map.of(
          "messages", "input",
          "max_tokens", "max_output_tokens",
          "max_completion_tokens", "max_output_tokens",
          "response_format", "text.format",
          "reasoning_effort", "reasoning.effort",
          "verbosity", "text.verbosity");

  private ResponsesReader() {}

  static Parsed read(byte[] body, long createdSeconds, Address address) {
    if (!(Checks.tree(body) instanceof ObjectNode root)) {
      return OpenAiError.notJson();
    }
    Optional<OpenAiError> problem = problem(root);
    if (problem.isPresent()) {
      return problem.get();
    }
    int limit = root.path("max_output_tokens").asInt(0);
    var facts =
        new CallFacts(
            root.get("model").textValue(),
            BodyHash.of(body),
            inputTokens(root, body.length),
            limit == 0 ? CallFacts.NO_LIMIT : limit,
            1,
            root.path("stream").asBoolean(false),
            prompt(root.get("input")),
            asked(root));
    return new ResponsesCall(facts, address.flavour(), root, createdSeconds);
  }

  private static Optional<OpenAiError> problem(ObjectNode root) {
    return Checks.model(root)
        .or(() -> movedProblem(root))
        .or(() -> InputItemChecks.problem(root))
        .or(() -> Checks.integer(root, "max_output_tokens", OUTPUT_TOKENS_MIN, Integer.MAX_VALUE))
        .or(() -> Checks.integer(root, "top_logprobs", 0, TOP_LOGPROBS_MAX))
        .or(() -> Checks.flag(root, "stream"))
        .or(() -> Checks.flag(root, "store"))
        .or(() -> toolsProblem(root))
        .or(() -> formatProblem(root.path("text").path("format")));
  }

  private static Optional<OpenAiError> movedProblem(ObjectNode root) {
    for (String name : MOVED.keySet()) {
      if (root.has(name)) {
        String message =
            "Unsupported parameter: '%s'. In the Responses API, this parameter has moved to '%s'."
                .formatted(name, MOVED.get(name));
        return Optional.of(OpenAiError.invalid("unsupported_parameter", name, message));
      }
    }
    return Optional.empty();
  }

  private static Optional<OpenAiError> toolsProblem(JsonNode root) {
    JsonNode tools = root.path("tools");
    for (int i = 0; i < tools.size(); i++) {
      JsonNode tool = tools.get(i);
      if (!tool.path("type").isTextual()) {
        return Checks.missing("tools[" + i + "].type");
      }
      boolean isNamed = List.of("function", "custom").contains(tool.get("type").textValue());
      if (isNamed && !tool.path("name").isTextual()) {
        return Checks.missing("tools[" + i + "].name");
      }
    }
    JsonNode choice = root.path("tool_choice");
    return choice.isObject() && choice.path("type").asText("").equals("function")
        ? Checks.isAbsent(choice, "name") ? Checks.missing("tool_choice.name") : Optional.empty()
        : Optional.empty();
  }

  private static Optional<OpenAiError> formatProblem(JsonNode format) {
    return switch (format.path("type").asText("text")) {
      case "text", "json_object" -> Optional.empty();
      case "json_schema" -> {
        if (!format.path("name").isTextual()) {
          yield Checks.missing("text.format.name");
        }
        yield format.path("schema").isObject()
            ? Optional.empty()
            : Checks.missing("text.format.schema");
      }
      case String other -> Checks.wrongValue("text.format.type", "text, json_object, json_schema");
    };
  }

  private static int inputTokens(ObjectNode root, int bodyBytes) {
    long bytes = TokenCount.utf8Bytes(root.path("instructions").asText(""));
    JsonNode input = root.get("input");
    if (input.isTextual()) {
      bytes += TokenCount.utf8Bytes(input.textValue());
    }
    for (JsonNode item : input) {
      for (String name : List.of("content", "output", "arguments")) {
        bytes += TokenCount.utf8Bytes(text(item.path(name)));
      }
    }
    return TokenCount.ofMessages(bytes, Math.max(1, input.size()), bodyBytes);
  }

  private static String prompt(JsonNode input) {
    if (input.isTextual()) {
      return input.textValue();
    }
    String prompt = "";
    for (JsonNode item : input) {
      if (item.path("role").asText("").equals("user")) {
        prompt = text(item.path("content"));
      }
    }
    return prompt;
  }

  private static String text(JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    var text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText("")));
    return text.toString();
  }

  private static Asked asked(ObjectNode root) {
    JsonNode input = root.get("input");
    String last = input.path(input.size() - 1).path("type").asText("");
    return new Asked(
        tools(root),
        demand(root.path("tool_choice")),
        root.path("parallel_tool_calls").asBoolean(true),
        last.endsWith("_call_output"),
        format(root.path("text").path("format")),
        List.of(),
        root.path("reasoning").path("summary").isTextual());
  }

  private static List<Asked.Tool> tools(JsonNode root) {
    var tools = new ArrayList<Asked.Tool>();
    for (JsonNode tool : root.path("tools")) {
      if (tool.path("type").asText("").equals("function")) {
        tools.add(new Asked.Tool(tool.get("name").textValue(), tool.path("parameters")));
      }
    }
    return tools;
  }

  private static Asked.ToolDemand demand(JsonNode choice) {
    if (choice.path("name").isTextual()) {
      return new Asked.ToolDemand.Named(choice.get("name").textValue());
    }
    return switch (choice.path("mode").asText(choice.asText("auto"))) {
      case "none" -> new Asked.ToolDemand.Never();
      case "required" -> new Asked.ToolDemand.Required();
      case String other -> new Asked.ToolDemand.Auto();
    };
  }

  private static Asked.Format format(JsonNode format) {
    return switch (format.path("type").asText("text")) {
      case "json_schema" -> new Asked.Format.JsonSchema(format.path("schema"));
      case "json_object" -> new Asked.Format.JsonObject();
      case String text -> new Asked.Format.Text();
    };
  }
}
