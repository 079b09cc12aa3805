package io.millrace.workers.cohere;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.Content;
import io.millrace.workers.canonical.ChatBody.Message;
import io.millrace.workers.canonical.ChatBody.Part;
import io.millrace.workers.canonical.ChatBody.ResponseFormat;
import io.millrace.workers.canonical.ChatBody.ToolChoice;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.List;
import java.util.Set;

/** Writes a chat request as Cohere wants it, and notes what it cannot be asked. */
final class CohereChat {

  /** Fields of Cohere's own that OpenAI does not have; they go on as they are. */
  static final Set<String> OWN =
      Set.of(
          "citation_options",
          "documents",
          "k",
          "priority",
          "safety_mode",
          "strict_tools",
          "thinking");

  private static final double P_MIN = 0.01;
  private static final double P_MAX = 0.99;

  private final ChatBody body;
  private final ObjectNode fields;
  private final ParameterCheck check;

  /**
   * @param check has been through the body's fields
   */
  CohereChat(ChatBody body, ParameterCheck check) {
    this.body = body;
    this.fields = body.fields();
    this.check = check;
  }

  ObjectNode request(String model, boolean isStream) {
    var request = Json.MAPPER.createObjectNode().put("model", model).put("stream", isStream);
    var messages = request.putArray("messages");
    body.messages().forEach(message -> write(messages, message));
    writeTools(request);
    writeFormat(request);
    writeSampling(request);
    writeThinking(request);
    OWN.stream().sorted().filter(fields::has).forEach(name -> request.set(name, fields.get(name)));
    return request;
  }

  private void write(ArrayNode messages, Message message) {
    switch (message) {
      case Message.Instructions instructions ->
          messages.addObject().put("role", "system").put("content", text(instructions.parts()));
      case Message.User user -> writeUser(messages.addObject().put("role", "user"), user.parts());
      case Message.Assistant assistant ->
          writeAssistant(messages.addObject().put("role", "assistant"), assistant);
      case Message.ToolResult result ->
          messages
              .addObject()
              .put("role", "tool")
              .put("tool_call_id", result.callId())
              .put("content", text(result.parts()));
    }
  }

  private void writeUser(ObjectNode message, List<Part> parts) {
    if (parts.stream().noneMatch(Part.Image.class::isInstance)) {
      message.put("content", text(parts));
      return;
    }
    var content = message.putArray("content");
    for (var part : parts) {
      switch (part) {
        case Part.Text text -> content.addObject().put("type", "text").put("text", text.text());
        case Part.Image image -> writeImage(content.addObject(), image);
        case Part.Audio audio -> refuseAudio();
        case Part.File file -> refuseFile();
        case Part.Refusal refusal -> {
          // Only an assistant refuses.
        }
      }
    }
  }

  private void writeImage(ObjectNode block, Part.Image image) {
    var url =
        switch (image.content()) {
          case Content.Inline inline -> "data:" + inline.mediaType() + ";base64," + inline.base64();
          case Content.Remote remote -> remote.url();
          case Content.Uploaded uploaded -> {
            check.refuse("messages", "images by file id");
            yield "";
          }
        };
    var written = block.put("type", "image_url").putObject("image_url").put("url", url);
    if (!image.detail().isEmpty()) {
      written.put("detail", image.detail());
    }
  }

  private void writeAssistant(ObjectNode message, Message.Assistant assistant) {
    var said = text(assistant.parts());
    if (assistant.toolCalls().isEmpty()) {
      message.put("content", said);
      return;
    }
    if (!said.isEmpty()) {
      message.put("content", said);
    }
    // Here the plan of an earlier answer was shown to the client.
    var plan = assistant.source().path("reasoning_content").asText("");
    if (!plan.isEmpty()) {
      message.put("tool_plan", plan);
    }
    var calls = message.putArray("tool_calls");
    for (var call : assistant.toolCalls()) {
      calls
          .addObject()
          .put("id", call.id())
          .put("type", "function")
          .putObject("function")
          .put("name", call.name())
          .put("arguments", call.arguments());
    }
  }

  /** Text of a message that can hold nothing else. */
  private String text(List<Part> parts) {
    var text = new StringBuilder();
    for (var part : parts) {
      switch (part) {
        case Part.Text said -> text.append(said.text());
        case Part.Refusal refusal -> text.append(refusal.text());
        case Part.Image image -> check.refuse("messages", "images outside of user messages");
        case Part.Audio audio -> refuseAudio();
        case Part.File file -> refuseFile();
      }
    }
    return text.toString();
  }

  private void refuseAudio() {
    check.refuse("messages", "audio input");
  }

  private void refuseFile() {
    check.refuse("messages", "file input");
  }

  private void writeTools(ObjectNode request) {
    var choice = body.toolChoice();
    // To ask for one tool by name is to offer no other.
    var offered =
        choice instanceof ToolChoice.Named named
            ? body.tools().stream().filter(tool -> tool.name().equals(named.name())).toList()
            : body.tools();
    if (offered.isEmpty()) {
      return;
    }
    var tools = request.putArray("tools");
    for (var tool : offered) {
      var function =
          tools.addObject().put("type", "function").putObject("function").put("name", tool.name());
      if (tool.description() != null) {
        function.put("description", tool.description());
      }
      function.set("parameters", parameters(tool));
    }
    switch (choice) {
      case ToolChoice.Auto auto -> {
        // Cohere has no word for it; it is what happens without one.
      }
      case ToolChoice.None none -> request.put("tool_choice", "NONE");
      case ToolChoice.Required required -> request.put("tool_choice", "REQUIRED");
      case ToolChoice.Named named -> request.put("tool_choice", "REQUIRED");
    }
    if (offered.stream().allMatch(ChatBody.Tool::isStrict)) {
      request.put("strict_tools", true);
    }
  }

  /** Cohere wants a schema even where a function takes nothing. */
  private static ObjectNode parameters(ChatBody.Tool tool) {
    if (!tool.parameters().isEmpty()) {
      return tool.parameters();
    }
    var nothing = Json.MAPPER.createObjectNode().put("type", "object");
    nothing.putObject("properties");
    return nothing;
  }

  private void writeFormat(ObjectNode request) {
    switch (body.responseFormat()) {
      case ResponseFormat.Text text -> {
        // The usual.
      }
      case ResponseFormat.JsonObject any ->
          request.putObject("response_format").put("type", "json_object");
      case ResponseFormat.JsonSchema schema ->
          request
              .putObject("response_format")
              .put("type", "json_object")
              .set("json_schema", schema.schema());
    }
  }

  private void writeSampling(ObjectNode request) {
    body.outputTokensMax().ifPresent(max -> request.put("max_tokens", max));
    copy(request, "temperature");
    if (fields.path("top_p").isNumber()) {
      request.put("p", Math.clamp(fields.path("top_p").asDouble(), P_MIN, P_MAX));
    }
    if (!body.stop().isEmpty()) {
      var sequences = request.putArray("stop_sequences");
      body.stop().forEach(sequences::add);
    }
    copy(request, "seed");
    writePenalty(request, "frequency_penalty");
    writePenalty(request, "presence_penalty");
    if (fields.path("logprobs").asBoolean()) {
      request.put("logprobs", true);
    }
    if (fields.path("top_logprobs").asInt() > 0) {
      check.unsupported(fields, "top_logprobs");
    }
  }

  private void writePenalty(ObjectNode request, String name) {
    double penalty = fields.path(name).asDouble();
    if (penalty < 0 || penalty > 1) {
      check.unsupported(fields, name);
    } else {
      copy(request, name);
    }
  }

  private void writeThinking(ObjectNode request) {
    if (fields.has("thinking")) {
      return;
    }
    body.text("reasoning_effort")
        .ifPresent(
            effort -> {
              var thinking = request.putObject("thinking");
              thinking.put("type", effort.equals("none") ? "disabled" : "enabled");
              switch (effort) {
                case "minimal" -> thinking.put("token_budget", 512);
                case "low" -> thinking.put("token_budget", 2048);
                case "medium" -> thinking.put("token_budget", 8192);
                default -> {
                  // As long as the model likes.
                }
              }
            });
  }

  private void copy(ObjectNode request, String name) {
    if (fields.path(name).isNumber()) {
      request.set(name, fields.get(name));
    }
  }
}
