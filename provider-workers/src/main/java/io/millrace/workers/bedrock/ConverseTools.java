package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.Message;
import io.millrace.workers.canonical.ChatBody.Tool;
import io.millrace.workers.canonical.ChatBody.ToolChoice;
import io.millrace.workers.canonical.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes Converse's toolConfig. It has no way to forbid tools but to declare none, and refuses a
 * conversation that holds tool blocks without them; then they are declared all the same.
 */
final class ConverseTools {

  private ConverseTools() {}

  /**
   * @param isHistoryWithTools true when the conversation holds tool calls or results
   */
  static Optional<ObjectNode> config(ChatBody chat, boolean isHistoryWithTools) {
    var tools = chat.tools().isEmpty() && isHistoryWithTools ? ofHistory(chat) : chat.tools();
    boolean isForbidden = chat.toolChoice() instanceof ToolChoice.None;
    if (tools.isEmpty() || (isForbidden && !isHistoryWithTools)) {
      return Optional.empty();
    }
    var config = Json.MAPPER.createObjectNode();
    var declared = config.putArray("tools");
    for (var tool : tools) {
      declared.addObject().set("toolSpec", spec(tool));
      ConverseContent.addCachePoint(tool.cache(), declared);
    }
    if (!chat.tools().isEmpty()) {
      choice(chat.toolChoice()).ifPresent(choice -> config.set("toolChoice", choice));
    }
    return Optional.of(config);
  }

  private static ObjectNode spec(Tool tool) {
    var spec = Json.MAPPER.createObjectNode().put("name", tool.name());
    var description = tool.description();
    if (description != null && !description.isBlank()) {
      spec.put("description", description);
    }
    var schema = tool.parameters();
    if (!schema.has("type")) {
      schema = schema.deepCopy().put("type", "object");
    }
    spec.putObject("inputSchema").set("json", schema);
    if (tool.isStrict()) {
      spec.put("strict", true);
    }
    return spec;
  }

  private static Optional<ObjectNode> choice(ToolChoice choice) {
    var written = Json.MAPPER.createObjectNode();
    switch (choice) {
      case ToolChoice.Required required -> written.putObject("any");
      case ToolChoice.Named named -> written.putObject("tool").put("name", named.name());
      case ToolChoice.Auto auto -> {
        // What Converse does unasked.
      }
      case ToolChoice.None none -> {
        // Cannot be said; see above.
      }
    }
    return written.isEmpty() ? Optional.empty() : Optional.of(written);
  }

  /** The tools that were called before, of which only the names are known. */
  private static List<Tool> ofHistory(ChatBody chat) {
    Map<String, Tool> byName = new LinkedHashMap<>();
    for (var message : chat.messages()) {
      if (message instanceof Message.Assistant assistant) {
        for (var call : assistant.toolCalls()) {
          byName.put(
              call.name(), new Tool(call.name(), null, Json.MAPPER.createObjectNode(), false));
        }
      }
    }
    return List.copyOf(byName.values());
  }
}
