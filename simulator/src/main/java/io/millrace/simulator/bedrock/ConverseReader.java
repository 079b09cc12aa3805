package io.millrace.simulator.bedrock;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.simulator.engine.Asked;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.TokenCount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the body of Converse and ConverseStream; {@link ConverseChecks} has judged it before. */
final class ConverseReader {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ConverseReader() {}

  static Parsed read(String model, byte[] body, boolean isStreamed) {
    JsonNode root = tree(body);
    if (!root.isObject()) {
      return BedrockError.invalid("The request body is not valid JSON.");
    }
    Optional<BedrockError> problem = ConverseChecks.problem(root);
    if (problem.isPresent()) {
      return problem.get();
    }
    JsonNode limit = root.path("inferenceConfig").path("maxTokens");
    return new ConverseCall(
        new CallFacts(
            model,
            BodyHash.of(body),
            inputTokens(root, body.length),
            limit.asInt(CallFacts.NO_LIMIT),
            1,
            isStreamed,
            prompt(root.path("messages")),
            asked(root)));
  }

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

  private static int inputTokens(JsonNode root, int bodyBytes) {
    JsonNode system = root.path("system");
    JsonNode messages = root.path("messages");
    long textBytes = textBytes(system) + textBytes(messages);
    return TokenCount.ofMessages(textBytes, system.size() + messages.size(), bodyBytes);
  }

  private static long textBytes(JsonNode node) {
    return node.findValuesAsText("text").stream().mapToLong(TokenCount::utf8Bytes).sum();
  }

  private static String prompt(JsonNode messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).path("role").asText().equals("user")) {
        var text = new StringBuilder();
        messages.get(i).path("content").forEach(b -> text.append(b.path("text").asText("")));
        return text.toString();
      }
    }
    return "";
  }

  private static Asked asked(JsonNode root) {
    JsonNode messages = root.path("messages");
    JsonNode last = messages.path(messages.size() - 1).path("content");
    var stops = new ArrayList<String>();
    root.at("/inferenceConfig/stopSequences").forEach(stop -> stops.add(stop.asText("")));
    return new Asked(
        tools(root),
        demand(root.at("/toolConfig/toolChoice")),
        true,
        last.findValue("toolResult") != null,
        format(root.at("/outputConfig/textFormat/structure/jsonSchema/schema")),
        stops,
        isReasoning(root));
  }

  private static List<Asked.Tool> tools(JsonNode root) {
    var tools = new ArrayList<Asked.Tool>();
    for (JsonNode tool : root.at("/toolConfig/tools")) {
      JsonNode spec = tool.path("toolSpec");
      if (spec.isObject()) {
        tools.add(new Asked.Tool(spec.path("name").asText(), spec.at("/inputSchema/json")));
      }
    }
    return tools;
  }

  private static Asked.ToolDemand demand(JsonNode choice) {
    if (choice.has("tool")) {
      return new Asked.ToolDemand.Named(choice.at("/tool/name").asText());
    }
    return choice.has("any") ? new Asked.ToolDemand.Required() : new Asked.ToolDemand.Auto();
  }

  private static Asked.Format format(JsonNode schema) {
    return schema.isTextual()
        ? new Asked.Format.JsonSchema(tree(schema.asText().getBytes(StandardCharsets.UTF_8)))
        : new Asked.Format.Text();
  }

  private static boolean isReasoning(JsonNode root) {
    String thinking = root.at("/additionalModelRequestFields/thinking/type").asText("");
    boolean isEffort = root.at("/outputConfig/effort").isTextual();
    return !thinking.equals("disabled") && (isEffort || !thinking.isEmpty());
  }
}
