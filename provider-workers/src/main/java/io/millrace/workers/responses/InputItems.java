package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import org.jspecify.annotations.Nullable;

/**
 * Puts the input of a Responses request into chat messages. What an assistant said and which tools
 * it called are items of their own there and one message here, and what a tool returned must follow
 * that message.
 */
final class InputItems {

  private final ArrayNode messages = Json.MAPPER.createArrayNode();
  private final ParameterCheck check;
  private final InputParts parts;
  private final ArrayNode shownByTools = Json.MAPPER.createArrayNode();

  /** The assistant's message at the end, to which more may belong. */
  private @Nullable ObjectNode turn;

  /** What belongs to the next turn. */
  private @Nullable CarriedThoughts thoughts;

  private InputItems(ParameterCheck check) {
    this.check = check;
    this.parts = new InputParts(check);
  }

  static ArrayNode messages(JsonNode instructions, JsonNode input, ParameterCheck check) {
    var items = new InputItems(check);
    if (instructions.isTextual() && !instructions.asText().isEmpty()) {
      items.add("system").set("content", instructions);
    }
    if (input.isTextual()) {
      items.add("user").set("content", input);
    } else {
      input.forEach(items::onItem);
    }
    items.showWhatToolsShowed();
    return items.messages;
  }

  private void onItem(JsonNode item) {
    switch (item.path("type").asText("message")) {
      case "message" -> onMessage(item);
      case "function_call" -> onCall(item, "function", "arguments");
      case "custom_tool_call" -> onCall(item, "custom", "input");
      case "function_call_output", "custom_tool_call_output" -> onCallOutput(item);
      case "reasoning" -> onReasoning(item);
      case String other -> check.refuse("input", "input items of type '" + other + "'");
    }
  }

  private void onMessage(JsonNode item) {
    switch (item.path("role").asText("")) {
      case "assistant" -> onAssistant(item.path("content"));
      // Every provider knows it, and OpenAI takes it for the other.
      case "system", "developer" -> add("system").set("content", parts.said(item.path("content")));
      default -> add("user").set("content", parts.said(item.path("content")));
    }
  }

  private void onAssistant(JsonNode content) {
    var current = turn;
    boolean isCallingOnly = current != null && current.path("content").isNull();
    var message = current != null && isCallingOnly ? current : newTurn();
    message.set("content", parts.answered(content));
  }

  private void onCall(JsonNode item, String kind, String input) {
    var message = turn == null ? newTurn() : turn;
    var call = message.withArrayProperty("tool_calls").addObject();
    var id = item.path("call_id").asText("");
    call.put("id", id).put("type", kind);
    call.putObject(kind)
        .put("name", item.path("name").asText(""))
        .put(input, item.path(input).asText(""));
    if (thoughts != null && thoughts.calls().has(id)) {
      call.set("extra_content", thoughts.calls().get(id));
    }
  }

  private void onCallOutput(JsonNode item) {
    var output = item.path("output");
    var text = new StringBuilder(output.isTextual() ? output.asText() : "");
    for (var part : output) {
      switch (part.path("type").asText("")) {
        case "input_text", "output_text", "text" -> text.append(part.path("text").asText(""));
        default -> parts.add(part, shownByTools);
      }
    }
    turn = null;
    messages
        .addObject()
        .put("role", "tool")
        .put("tool_call_id", item.path("call_id").asText(""))
        .put("content", text.toString());
  }

  /** Of what was thought only what is wanted back goes on, to the turn that it belongs to. */
  private void onReasoning(JsonNode item) {
    CarriedThoughts.decoded(item.path("encrypted_content")).ifPresent(this::onThoughts);
  }

  private void onThoughts(CarriedThoughts carried) {
    var message = turn;
    if (message == null) {
      thoughts = carried;
      return;
    }
    if (!carried.message().isEmpty()) {
      message.set("extra_content", carried.message());
    }
    for (var one : message.path("tool_calls")) {
      var extra = carried.calls().get(one.path("id").asText(""));
      if (extra != null && one instanceof ObjectNode call) {
        call.set("extra_content", extra);
      }
    }
  }

  private ObjectNode newTurn() {
    var message = add("assistant");
    message.putNull("content");
    if (thoughts != null && !thoughts.message().isEmpty()) {
      message.set("extra_content", thoughts.message());
    }
    turn = message;
    return message;
  }

  private ObjectNode add(String role) {
    showWhatToolsShowed();
    if (!role.equals("assistant")) {
      thoughts = null;
    }
    turn = null;
    return messages.addObject().put("role", role);
  }

  /** Tools of chat return text only; what they show besides, the user shows after them. */
  private void showWhatToolsShowed() {
    if (!shownByTools.isEmpty()) {
      messages.addObject().put("role", "user").set("content", shownByTools.deepCopy());
      shownByTools.removeAll();
    }
  }
}
