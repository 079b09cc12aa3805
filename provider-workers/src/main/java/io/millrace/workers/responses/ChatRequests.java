package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.List;
import java.util.Set;

/**
 * The chat request that asks for the same as a Responses request. What chat has no words for is
 * dropped or refused, as the provider's configuration says; what the answer would be another thing
 * without is refused. Fields that are unknown here go on as they are: they may be the provider's.
 */
final class ChatRequests {

  /** Fields that are translated, or that are a matter between the client and this broker. */
  private static final Set<String> OWN =
      Set.of(
          "input",
          "instructions",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "text",
          "reasoning",
          "max_output_tokens",
          "include",
          "top_logprobs",
          "stream",
          "stream_options",
          "background",
          "store",
          "metadata",
          "previous_response_id",
          "truncation",
          "max_tool_calls",
          "context_management",
          "moderation",
          "prompt",
          "conversation");

  private static final String LOGPROBS = "message.output_text.logprobs";

  private ChatRequests() {}

  /**
   * @param check hears what cannot be had
   */
  static ObjectNode of(ObjectNode request, ParameterCheck check) {
    var chat = Json.MAPPER.createObjectNode();
    request
        .properties()
        .forEach(
            field -> {
              if (!OWN.contains(field.getKey()) && !field.getValue().isNull()) {
                chat.set(field.getKey(), field.getValue());
              }
            });
    chat.set(
        "messages",
        InputItems.messages(request.path("instructions"), request.path("input"), check));
    move(request, "max_output_tokens", chat, "max_completion_tokens");
    setTools(request, chat, check);
    setForm(request.path("text"), chat);
    move(request.path("reasoning"), "effort", chat, "reasoning_effort");
    setLogprobs(request, chat);
    checkRest(request, check);
    return chat;
  }

  /** Without tools chat takes no word on their use. */
  private static void setTools(ObjectNode request, ObjectNode chat, ParameterCheck check) {
    var tools = ToolForms.tools(request.path("tools"), check);
    if (tools.isEmpty()) {
      return;
    }
    chat.set("tools", tools);
    if (request.hasNonNull("tool_choice")) {
      chat.set("tool_choice", ToolForms.choice(request.path("tool_choice"), check));
    }
    move(request, "parallel_tool_calls", chat, "parallel_tool_calls");
  }

  private static void setForm(JsonNode text, ObjectNode chat) {
    move(text, "verbosity", chat, "verbosity");
    var format = text.path("format");
    switch (format.path("type").asText("text")) {
      case "json_object" -> chat.putObject("response_format").put("type", "json_object");
      case "json_schema" -> {
        var response = chat.putObject("response_format").put("type", "json_schema");
        var schema = response.putObject("json_schema");
        for (var name : List.of("name", "description", "schema", "strict")) {
          move(format, name, schema, name);
        }
      }
      default -> {
        // Text is what chat answers anyway.
      }
    }
  }

  private static void setLogprobs(ObjectNode request, ObjectNode chat) {
    int top = request.path("top_logprobs").asInt(0);
    boolean isAsked =
        request.path("include").valueStream().anyMatch(one -> one.asText("").equals(LOGPROBS));
    if (top > 0 || isAsked) {
      chat.put("logprobs", true);
    }
    if (top > 0) {
      chat.put("top_logprobs", top);
    }
  }

  private static void checkRest(ObjectNode request, ParameterCheck check) {
    var rest = Json.MAPPER.createObjectNode();
    if (request.path("truncation").asText("").equals("auto")) {
      check.unsupported(rest, "truncation");
    }
    if (request.at("/reasoning/mode").asText("").equals("pro")) {
      check.unsupported(rest, "reasoning.mode");
    }
    for (var name : List.of("max_tool_calls", "context_management", "moderation")) {
      if (request.hasNonNull(name)) {
        check.unsupported(rest, name);
      }
    }
    for (var name : List.of("prompt", "conversation")) {
      if (request.hasNonNull(name)) {
        check.refuse(name, "'" + name + "'");
      }
    }
  }

  private static void move(JsonNode from, String name, ObjectNode to, String newName) {
    if (from.hasNonNull(name)) {
      to.set(newName, from.get(name));
    }
  }
}
