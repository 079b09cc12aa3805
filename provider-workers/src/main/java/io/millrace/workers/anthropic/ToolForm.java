package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.Message;
import io.millrace.workers.canonical.ChatBody.Tool;
import io.millrace.workers.canonical.ChatBody.ToolChoice;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;

/** Writes the tools of a request, and what the model is to do with them. */
final class ToolForm {

  private ToolForm() {}

  static void write(ChatBody chat, ParameterCheck check, ObjectNode body) {
    for (var tool : chat.fields().path("tools")) {
      if (!tool.path("function").isObject()) {
        check.refuse("tools", "tools that are not functions");
      }
    }
    if (chat.tools().isEmpty()) {
      writeFormer(chat, body);
      return;
    }
    var tools = body.putArray("tools");
    chat.tools().forEach(tool -> tools.add(toolOf(tool)));
    boolean isParallel = chat.isParallelToolCalls();
    switch (chat.toolChoice()) {
      case ToolChoice.Auto auto -> {
        if (!isParallel) {
          choose(body, "auto").put("disable_parallel_tool_use", true);
        }
      }
      case ToolChoice.None none -> choose(body, "none");
      case ToolChoice.Required required -> single(choose(body, "any"), isParallel);
      case ToolChoice.Named named ->
          single(choose(body, "tool").put("name", named.name()), isParallel);
    }
  }

  /** Calls of the past want their tools declared, although no more are to be made. */
  private static void writeFormer(ChatBody chat, ObjectNode body) {
    var names =
        chat.messages().stream()
            .filter(Message.Assistant.class::isInstance)
            .flatMap(message -> ((Message.Assistant) message).toolCalls().stream())
            .map(ChatBody.ToolCall::name)
            .distinct()
            .toList();
    if (!names.isEmpty()) {
      ArrayNode tools = body.putArray("tools");
      names.forEach(
          name ->
              tools.addObject().put("name", name).putObject("input_schema").put("type", "object"));
      choose(body, "none");
    }
  }

  private static ObjectNode toolOf(Tool tool) {
    var node = Json.MAPPER.createObjectNode().put("name", tool.name());
    if (tool.description() != null) {
      node.put("description", tool.description());
    }
    var schema = tool.isStrict() ? StrictSchema.of(tool.parameters()) : tool.parameters();
    node.set("input_schema", schema);
    if (!schema.has("type")) {
      schema.put("type", "object");
    }
    if (tool.isStrict()) {
      node.put("strict", true);
    }
    ContentBlocks.mark(node, tool.cache());
    return node;
  }

  private static ObjectNode choose(ObjectNode body, String type) {
    return body.putObject("tool_choice").put("type", type);
  }

  private static void single(ObjectNode choice, boolean isParallel) {
    if (!isParallel) {
      choice.put("disable_parallel_tool_use", true);
    }
  }
}
