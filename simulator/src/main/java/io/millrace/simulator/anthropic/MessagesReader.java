package io.millrace.simulator.anthropic;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.simulator.engine.Asked;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.TokenCount;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the body of a call to the Messages API, or says what is wrong with it. */
final class MessagesReader {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private MessagesReader() {}

  /**
   * @param version of the API that the client speaks
   */
  static Parsed read(byte[] body, String version, InstantSource clock) {
    JsonNode root = tree(body);
    if (!root.isObject()) {
      return AnthropicError.invalid("The request body is not valid JSON");
    }
    Optional<AnthropicError> problem =
        FieldChecks.problem(root)
            .or(() -> TurnChecks.problem(root))
            .or(() -> ToolChecks.problem(root))
            .or(() -> ModelChecks.problem(root, version));
    if (problem.isPresent()) {
      return problem.get();
    }
    var facts =
        new CallFacts(
            root.get("model").textValue(),
            BodyHash.of(body),
            inputTokens(root, body.length),
            root.get("max_tokens").intValue(),
            1,
            root.path("stream").asBoolean(false),
            prompt(root.path("messages")),
            asked(root));
    boolean isLongCache = root.findValuesAsText("ttl").contains("1h");
    return new MessagesCall(facts, isLongCache, clock);
  }

  private static JsonNode tree(byte[] body) {
    try {
      return MAPPER.readTree(body);
    } catch (JacksonException notJson) {
      return MissingNode.getInstance();
    } catch (IOException unreachable) {
      throw new IllegalStateException("reading from memory failed", unreachable);
    }
  }

  /** Instructions count as a message. */
  private static int inputTokens(JsonNode root, int bodyBytes) {
    long textBytes = textBytes(root.path("system"));
    for (JsonNode message : root.path("messages")) {
      textBytes += textBytes(message.path("content"));
    }
    int messages = root.path("messages").size() + (root.has("system") ? 1 : 0);
    return TokenCount.ofMessages(textBytes, messages, bodyBytes);
  }

  private static long textBytes(JsonNode content) {
    if (content.isTextual()) {
      return TokenCount.utf8Bytes(content.textValue());
    }
    long bytes = 0;
    for (JsonNode block : content) {
      bytes += textBytes(block.path("text")) + textBytes(block.path("content"));
    }
    return bytes;
  }

  private static String prompt(JsonNode messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).path("role").asText().equals("user")) {
        return text(messages.get(i).path("content"));
      }
    }
    return "";
  }

  private static String text(JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    var text = new StringBuilder();
    content.forEach(block -> text.append(block.path("text").asText("")));
    return text.toString();
  }

  private static Asked asked(JsonNode root) {
    JsonNode messages = root.path("messages");
    JsonNode last = messages.path(messages.size() - 1).path("content");
    boolean isResultLast =
        last.valueStream().anyMatch(block -> block.path("type").asText().equals("tool_result"));
    JsonNode choice = root.path("tool_choice");
    JsonNode schema = root.path("output_config").path("format").path("schema");
    return new Asked(
        tools(root),
        demand(choice),
        !choice.path("disable_parallel_tool_use").asBoolean(false),
        isResultLast,
        schema.isObject() ? new Asked.Format.JsonSchema(schema) : new Asked.Format.Text(),
        texts(root.path("stop_sequences")),
        ModelChecks.isThinking(root));
  }

  private static List<Asked.Tool> tools(JsonNode root) {
    var tools = new ArrayList<Asked.Tool>();
    root.path("tools")
        .forEach(
            tool ->
                tools.add(new Asked.Tool(tool.path("name").asText(), tool.path("input_schema"))));
    return tools;
  }

  private static Asked.ToolDemand demand(JsonNode choice) {
    return switch (choice.path("type").asText()) {
      case "none" -> new Asked.ToolDemand.Never();
      case "any" -> new Asked.ToolDemand.Required();
      case "tool" -> new Asked.ToolDemand.Named(choice.path("name").asText());
      case String auto -> new Asked.ToolDemand.Auto();
    };
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
