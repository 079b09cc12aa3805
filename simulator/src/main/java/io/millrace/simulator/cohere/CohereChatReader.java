package io.millrace.simulator.cohere;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.simulator.engine.Asked;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.TokenCount;
import io.millrace.simulator.http.CallIntake.Intake;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the body of a chat call, as strictly as Cohere does: a field it does not know is wrong. */
final class CohereChatReader {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Set<String> FIELDS =
      Set.of(
          "citation_options",
          "documents",
          "frequency_penalty",
          "k",
          "logprobs",
          "max_tokens",
          "messages",
          "model",
          "p",
          "presence_penalty",
          "priority",
          "response_format",
          "safety_mode",
          "seed",
          "stop_sequences",
          "stream",
          "strict_tools",
          "temperature",
          "thinking",
          "tool_choice",
          "tools");
  private static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");
  private static final int STOPS_MAX = 5;

  private CohereChatReader() {}

  static Intake read(byte[] body) {
    try {
      var root = MAPPER.readTree(body);
      var problem = problem(root);
      return problem.isEmpty()
          ? new Intake.Understood(call(root, body))
          : new Intake.Refused(CohereError.of(problem.startsWith("unknown") ? 422 : 400, problem));
    } catch (IOException e) {
      return new Intake.Refused(CohereError.of(400, "invalid request: the body is not JSON"));
    }
  }

  private static CohereChatCall call(JsonNode root, byte[] body) {
    var messages = root.path("messages");
    long textBytes = 0;
    var prompt = "";
    for (var message : messages) {
      var text = text(message.path("content"));
      textBytes += TokenCount.utf8Bytes(text);
      prompt = message.path("role").asText("").equals("user") ? text : prompt;
    }
    int max = root.path("max_tokens").asInt(0);
    var facts =
        new CallFacts(
            root.path("model").asText(""),
            BodyHash.of(body),
            TokenCount.ofMessages(textBytes, messages.size(), body.length),
            max == 0 ? CallFacts.NO_LIMIT : max,
            1,
            root.path("stream").asBoolean(false),
            prompt,
            asked(root));
    return new CohereChatCall(facts, root.path("logprobs").asBoolean(false));
  }

  /** What is wrong; empty when nothing is. */
  private static String problem(JsonNode root) {
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (!FIELDS.contains(field.getKey())) {
        return "unknown field: parameter '%s' is not a valid field".formatted(field.getKey());
      }
    }
    if (root.path("model").asText("").isEmpty()) {
      return "invalid request: model is required";
    }
    var messages = messagesProblem(root.path("messages"));
    return messages.isEmpty() ? optionsProblem(root) : messages;
  }

  private static String messagesProblem(JsonNode messages) {
    if (!messages.isArray() || messages.isEmpty()) {
      return "invalid request: messages must not be empty";
    }
    for (var message : messages) {
      var role = message.path("role").asText("");
      if (!ROLES.contains(role)) {
        return "invalid request: unknown role";
      }
      if (role.equals("tool") && !message.path("tool_call_id").isTextual()) {
        return "invalid request: tool_call_id is required";
      }
      if (message.path("content").isMissingNode() && message.path("tool_calls").isEmpty()) {
        return "invalid request: content is required";
      }
    }
    return "";
  }

  private static String optionsProblem(JsonNode root) {
    var choice = root.path("tool_choice");
    if (!choice.isMissingNode() && !Set.of("REQUIRED", "NONE").contains(choice.asText(""))) {
      return "invalid request: tool_choice must be REQUIRED or NONE";
    }
    if (!choice.isMissingNode() && root.path("tools").isEmpty()) {
      return "invalid request: tool_choice needs tools";
    }
    for (var tool : root.path("tools")) {
      if (!tool.path("function").path("parameters").isObject()) {
        return "invalid request: a tool needs parameters";
      }
    }
    if (root.path("stop_sequences").size() > STOPS_MAX) {
      return "invalid request: at most 5 stop_sequences";
    }
    return isOutside(root.path("p"), 0.01, 0.99)
            || isOutside(root.path("frequency_penalty"), 0, 1)
            || isOutside(root.path("presence_penalty"), 0, 1)
        ? "invalid request: p, frequency_penalty or presence_penalty is out of range"
        : "";
  }

  private static boolean isOutside(JsonNode number, double least, double most) {
    return number.isNumber() && (number.asDouble() < least || number.asDouble() > most);
  }

  private static Asked asked(JsonNode root) {
    var tools = new ArrayList<Asked.Tool>();
    for (var tool : root.path("tools")) {
      var function = tool.path("function");
      tools.add(new Asked.Tool(function.path("name").asText(""), function.path("parameters")));
    }
    var stops = new ArrayList<String>();
    root.path("stop_sequences").forEach(stop -> stops.add(stop.asText("")));
    var messages = root.path("messages");
    var lastRole = messages.path(messages.size() - 1).path("role").asText("");
    return new Asked(
        tools,
        demand(root.path("tool_choice").asText("")),
        true,
        lastRole.equals("tool"),
        format(root.path("response_format")),
        List.copyOf(stops),
        root.path("thinking").path("type").asText("").equals("enabled"));
  }

  private static Asked.ToolDemand demand(String choice) {
    return switch (choice) {
      case "REQUIRED" -> new Asked.ToolDemand.Required();
      case "NONE" -> new Asked.ToolDemand.Never();
      default -> new Asked.ToolDemand.Auto();
    };
  }

  private static Asked.Format format(JsonNode format) {
    if (!format.path("type").asText("").equals("json_object")) {
      return new Asked.Format.Text();
    }
    return format.path("json_schema").isObject()
        ? new Asked.Format.JsonSchema(format.path("json_schema"))
        : new Asked.Format.JsonObject();
  }

  private static String text(JsonNode content) {
    if (content.isTextual()) {
      return content.asText();
    }
    var text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText("")));
    return text.toString();
  }
}
