package io.millrace.simulator.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.simulator.engine.Asked;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.TokenCount;
import io.millrace.simulator.http.CallIntake.Intake;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads the body of a chat call. Like Ollama it is strict about types and blind to other fields.
 */
final class OllamaChatReader {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Set<String> EFFORTS = Set.of("low", "medium", "high", "max");
  private static final int TOP_LOGPROBS_MAX = 20;

  private OllamaChatReader() {}

  static Intake read(byte[] body, Instant now) {
    try {
      var root = MAPPER.readTree(body);
      var problem = problem(root);
      return problem.isEmpty()
          ? new Intake.Understood(call(root, body, now))
          : new Intake.Refused(OllamaError.of(400, problem));
    } catch (IOException e) {
      return new Intake.Refused(OllamaError.of(400, "invalid character in the body"));
    }
  }

  /** What is wrong; empty when nothing is. */
  private static String problem(JsonNode root) {
    if (root.path("model").asText("").isEmpty()) {
      return "model is required";
    }
    int topLogprobs = root.path("top_logprobs").asInt(0);
    if (topLogprobs < 0 || topLogprobs > TOP_LOGPROBS_MAX) {
      return "top_logprobs must be between 0 and 20";
    }
    var think = root.path("think");
    if (think.isTextual() && !EFFORTS.contains(think.asText())) {
      return "invalid think value";
    }
    for (var message : root.path("messages")) {
      if (!message.path("role").isTextual()) {
        return "a message has no role";
      }
      if (!message.path("content").isMissingNode() && !message.path("content").isTextual()) {
        return "json: cannot unmarshal array into Go struct field Message.content of type string";
      }
      for (var call : message.path("tool_calls")) {
        if (!call.path("function").path("arguments").isObject()) {
          return "json: cannot unmarshal string into arguments of type object";
        }
      }
      for (var image : message.path("images")) {
        if (!image.isTextual() || image.asText().contains(":")) {
          return "illegal base64 data at input byte 4";
        }
      }
    }
    return "";
  }

  private static OllamaChatCall call(JsonNode root, byte[] body, Instant now) {
    var messages = root.path("messages");
    long textBytes = 0;
    var prompt = "";
    for (var message : messages) {
      var text = message.path("content").asText("");
      textBytes += TokenCount.utf8Bytes(text);
      prompt = message.path("role").asText("").equals("user") ? text : prompt;
    }
    int max = root.path("options").path("num_predict").asInt(0);
    var facts =
        new CallFacts(
            root.path("model").asText(""),
            BodyHash.of(body),
            TokenCount.ofMessages(textBytes, messages.size(), body.length),
            max <= 0 ? CallFacts.NO_LIMIT : max,
            1,
            root.path("stream").asBoolean(true),
            prompt,
            asked(root));
    int alternatives = root.path("top_logprobs").asInt(0);
    return new OllamaChatCall(
        facts, root.path("logprobs").asBoolean(false), alternatives, now, messages.isEmpty());
  }

  private static Asked asked(JsonNode root) {
    var tools = new ArrayList<Asked.Tool>();
    for (var tool : root.path("tools")) {
      var function = tool.path("function");
      tools.add(new Asked.Tool(function.path("name").asText(""), function.path("parameters")));
    }
    var stops = new ArrayList<String>();
    root.path("options").path("stop").forEach(stop -> stops.add(stop.asText("")));
    var messages = root.path("messages");
    var lastRole = messages.path(messages.size() - 1).path("role").asText("");
    var think = root.path("think");
    return new Asked(
        tools,
        new Asked.ToolDemand.Auto(),
        true,
        lastRole.equals("tool"),
        format(root.path("format")),
        List.copyOf(stops),
        think.isTextual() || think.asBoolean(false));
  }

  private static Asked.Format format(JsonNode format) {
    if (format.isObject()) {
      return new Asked.Format.JsonSchema(format);
    }
    return format.asText("").equals("json")
        ? new Asked.Format.JsonObject()
        : new Asked.Format.Text();
  }
}
