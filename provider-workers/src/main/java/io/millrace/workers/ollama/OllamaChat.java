package io.millrace.workers.ollama;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.Media;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.Content;
import io.millrace.workers.canonical.ChatBody.Message;
import io.millrace.workers.canonical.ChatBody.Part;
import io.millrace.workers.canonical.ChatBody.ResponseFormat;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes a chat request as Ollama wants it. */
final class OllamaChat {

  /** Options of Ollama's own that clients also write beside OpenAI's fields. */
  private static final Set<String> OWN_OPTIONS =
      Set.of("min_p", "num_ctx", "repeat_last_n", "repeat_penalty", "top_k");

  /** Fields of Ollama's own that OpenAI does not have. */
  private static final Set<String> OWN_FIELDS = Set.of("keep_alive", "shift", "think", "truncate");

  /** All of them. */
  static final Set<String> OWN =
      Stream.of(OWN_FIELDS, OWN_OPTIONS, Set.of("options"))
          .flatMap(Set::stream)
          .collect(Collectors.toUnmodifiableSet());

  private final ChatBody body;
  private final ObjectNode fields;
  private final Map<String, Media> media;

  /** Results name their tool here; OpenAI's name the call. */
  private final Map<String, String> toolNames = new HashMap<>();

  /**
   * @param media what the body's URLs lead to
   */
  OllamaChat(ChatBody body, Map<String, Media> media) {
    this.body = body;
    this.fields = body.fields();
    this.media = media;
  }

  /** Before anything is fetched. */
  static void refuseWhatItCannotHold(ChatBody body, ParameterCheck check) {
    for (var message : body.messages()) {
      for (var part : ChatBody.partsOf(message)) {
        switch (part) {
          case Part.Text text -> {
            // Fits anywhere.
          }
          case Part.Refusal refusal -> {
            // Is text.
          }
          case Part.Image image -> {
            if (!(message instanceof Message.User)) {
              check.refuse("messages", "images outside of user messages");
            }
          }
          case Part.Audio audio -> check.refuse("messages", "audio input");
          case Part.File file -> check.refuse("messages", "file input");
        }
      }
    }
  }

  ObjectNode request(String model, boolean isStream) {
    var request = Json.MAPPER.createObjectNode().put("model", model).put("stream", isStream);
    var messages = request.putArray("messages");
    body.messages().forEach(message -> write(messages, message));
    writeTools(request);
    writeFormat(request);
    writeReasoning(request);
    writeLogprobs(request);
    // Otherwise Ollama answers without the beginning of a conversation that is too long, and says
    // nothing of it.
    request.put("truncate", false).put("shift", false);
    OWN_FIELDS.stream()
        .sorted()
        .filter(fields::has)
        .forEach(name -> request.set(name, fields.get(name)));
    writeOptions(request.putObject("options"));
    return request;
  }

  private void write(ArrayNode messages, Message message) {
    var written = messages.addObject();
    switch (message) {
      case Message.Instructions instructions ->
          written.put("role", "system").put("content", text(instructions.parts()));
      case Message.User user -> {
        written.put("role", "user").put("content", text(user.parts()));
        writeImages(written, user.parts());
      }
      case Message.Assistant assistant -> writeAssistant(written, assistant);
      case Message.ToolResult result -> {
        written.put("role", "tool").put("content", text(result.parts()));
        var name = toolNames.get(result.callId());
        if (name != null) {
          written.put("tool_name", name);
        }
        written.put("tool_call_id", result.callId());
      }
    }
  }

  private void writeImages(ObjectNode message, List<Part> parts) {
    for (var part : parts) {
      if (part instanceof Part.Image image) {
        message.withArrayProperty("images").add(base64(image.content()));
      }
    }
  }

  private String base64(Content content) {
    return switch (content) {
      case Content.Inline inline -> inline.base64();
      case Content.Remote remote -> {
        var fetched = media.get(remote.url());
        if (fetched == null) {
          throw new IllegalStateException("not fetched");
        }
        yield fetched.base64();
      }
      case Content.Uploaded uploaded -> throw new IllegalStateException("no image has a file id");
    };
  }

  private void writeAssistant(ObjectNode message, Message.Assistant assistant) {
    message.put("role", "assistant").put("content", text(assistant.parts()));
    // Models that think want to see what they thought before they called a tool.
    var thinking = assistant.source().path("reasoning_content").asText("");
    if (!thinking.isEmpty()) {
      message.put("thinking", thinking);
    }
    int index = 0;
    for (var call : assistant.toolCalls()) {
      toolNames.put(call.id(), call.name());
      var written = message.withArrayProperty("tool_calls").addObject().put("id", call.id());
      written
          .putObject("function")
          .put("index", index++)
          .put("name", call.name())
          .set("arguments", call.argumentsTree());
    }
  }

  private static String text(List<Part> parts) {
    var text = new StringBuilder();
    for (var part : parts) {
      switch (part) {
        case Part.Text said -> text.append(said.text());
        case Part.Refusal refusal -> text.append(refusal.text());
        case Part.Image image -> {
          // Stands beside the text.
        }
        case Part.Audio audio -> throw new IllegalStateException("audio was refused");
        case Part.File file -> throw new IllegalStateException("files were refused");
      }
    }
    return text.toString();
  }

  private void writeTools(ObjectNode request) {
    if (body.tools().isEmpty()) {
      return;
    }
    var tools = request.putArray("tools");
    for (var tool : body.tools()) {
      var function =
          tools.addObject().put("type", "function").putObject("function").put("name", tool.name());
      if (tool.description() != null) {
        function.put("description", tool.description());
      }
      if (!tool.parameters().isEmpty()) {
        function.set("parameters", tool.parameters());
      }
    }
  }

  private void writeFormat(ObjectNode request) {
    switch (body.responseFormat()) {
      case ResponseFormat.Text text -> {
        // The usual.
      }
      case ResponseFormat.JsonObject any -> request.put("format", "json");
      case ResponseFormat.JsonSchema schema -> request.set("format", schema.schema());
    }
  }

  private void writeReasoning(ObjectNode request) {
    body.text("reasoning_effort")
        .ifPresent(
            effort -> {
              switch (effort) {
                case "none" -> request.put("think", false);
                case "minimal", "low" -> request.put("think", "low");
                case "medium" -> request.put("think", "medium");
                case "xhigh", "max" -> request.put("think", "max");
                default -> request.put("think", "high");
              }
            });
  }

  private void writeLogprobs(ObjectNode request) {
    if (fields.path("logprobs").asBoolean()) {
      request.put("logprobs", true);
      if (fields.path("top_logprobs").asInt() > 0) {
        request.set("top_logprobs", fields.get("top_logprobs"));
      }
    }
  }

  private void writeOptions(ObjectNode options) {
    body.outputTokensMax().ifPresent(max -> options.put("num_predict", max));
    for (var name :
        List.of("temperature", "top_p", "seed", "frequency_penalty", "presence_penalty")) {
      if (fields.path(name).isNumber()) {
        options.set(name, fields.get(name));
      }
    }
    if (!body.stop().isEmpty()) {
      var stop = options.putArray("stop");
      body.stop().forEach(stop::add);
    }
    OWN_OPTIONS.stream()
        .sorted()
        .filter(fields::has)
        .forEach(name -> options.set(name, fields.get(name)));
    if (fields.get("options") instanceof ObjectNode own) {
      options.setAll(own);
    }
  }
}
