package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A chat request in Millrace's own form, read for adapters that write another. What has structure
 * is typed here; plain fields such as temperature are read from {@link #fields}. Ingress has
 * checked the form, so what is not understood is left out rather than complained about twice.
 *
 * @param fields the whole request
 * @param messages in order
 * @param tools functions that the model may call
 */
public record ChatBody(ObjectNode fields, List<Message> messages, List<Tool> tools) {

  /** A part of a conversation. */
  public sealed interface Message {

    /** A system or developer message. */
    record Instructions(List<Part> parts) implements Message {}

    record User(List<Part> parts, @Nullable String name) implements Message {}

    /**
     * @param source as the client gave it; holds what an earlier answer of the provider added, such
     *     as {@code extra_content}
     */
    record Assistant(List<Part> parts, List<ToolCall> toolCalls, ObjectNode source)
        implements Message {}

    /** What a tool returned. */
    record ToolResult(String callId, List<Part> parts) implements Message {}
  }

  /** A piece of a message. */
  public sealed interface Part {

    /** Absent when the client marked nothing. */
    @Nullable CacheMark cache();

    record Text(String text, @Nullable CacheMark cache) implements Part {
      public Text(String text) {
        this(text, null);
      }
    }

    /**
     * @param detail OpenAI's low, high or auto; empty when not said
     */
    record Image(Content content, String detail, @Nullable CacheMark cache) implements Part {
      public Image(Content content, String detail) {
        this(content, detail, null);
      }
    }

    /**
     * @param format wav or mp3
     */
    record Audio(String format, String base64) implements Part {
      @Override
      public @Nullable CacheMark cache() {
        return null;
      }
    }

    /** A file, as a rule a PDF. */
    record File(Content content, String name, @Nullable CacheMark cache) implements Part {
      public File(Content content, String name) {
        this(content, name, null);
      }
    }

    /** What the assistant said instead of answering. */
    record Refusal(String text) implements Part {
      @Override
      public @Nullable CacheMark cache() {
        return null;
      }
    }
  }

  /**
   * The client's wish that the provider caches the prompt up to and including what carries it:
   * OpenAI's {@code prompt_cache_breakpoint}, or Anthropic's {@code cache_control}, which clients
   * write into OpenAI's form too.
   *
   * @param ttl for how long, as the client wrote it; empty when not said
   */
  public record CacheMark(String ttl) {

    static @Nullable CacheMark of(JsonNode carrier) {
      for (var name : List.of("cache_control", "prompt_cache_breakpoint")) {
        if (carrier.path(name).isObject()) {
          return new CacheMark(carrier.path(name).path("ttl").asText(""));
        }
      }
      return null;
    }
  }

  /** Where the bytes of an image or a file are. */
  public sealed interface Content {

    record Inline(String mediaType, String base64) implements Content {}

    record Remote(String url) implements Content {}

    /** A file that was uploaded before. */
    record Uploaded(String fileId) implements Content {}
  }

  /**
   * @param arguments JSON text
   * @param source as the client gave it
   */
  public record ToolCall(String id, String name, String arguments, ObjectNode source) {

    /** The arguments as an object; empty when they are none. */
    public ObjectNode argumentsTree() {
      try {
        return Json.MAPPER.readTree(arguments) instanceof ObjectNode object
            ? object
            : Json.MAPPER.createObjectNode();
      } catch (IOException e) {
        return Json.MAPPER.createObjectNode();
      }
    }
  }

  /**
   * @param parameters JSON schema; an empty object when the function takes nothing
   */
  public record Tool(
      String name,
      @Nullable String description,
      ObjectNode parameters,
      boolean isStrict,
      @Nullable CacheMark cache) {
    public Tool(
        String name, @Nullable String description, ObjectNode parameters, boolean isStrict) {
      this(name, description, parameters, isStrict, null);
    }
  }

  /** What the model is to do with the tools. */
  public sealed interface ToolChoice {

    record Auto() implements ToolChoice {}

    record None() implements ToolChoice {}

    record Required() implements ToolChoice {}

    record Named(String name) implements ToolChoice {}
  }

  /** The form of the answer. */
  public sealed interface ResponseFormat {

    record Text() implements ResponseFormat {}

    record JsonObject() implements ResponseFormat {}

    record JsonSchema(String name, ObjectNode schema, boolean isStrict) implements ResponseFormat {}
  }

  /**
   * @throws IOException when the body is not a JSON object
   */
  public static ChatBody read(byte[] body) throws IOException {
    if (!(Json.MAPPER.readTree(body) instanceof ObjectNode fields)) {
      throw new IOException("not an object");
    }
    return new ChatBody(fields, messagesOf(fields), toolsOf(fields));
  }

  /** Text field; empty when absent. */
  public Optional<String> text(String field) {
    var value = fields.path(field);
    return value.isTextual() ? Optional.of(value.asText()) : Optional.empty();
  }

  /** How many output tokens the client allows. */
  public OptionalLong outputTokensMax() {
    for (var field : List.of("max_completion_tokens", "max_tokens")) {
      if (fields.path(field).isIntegralNumber()) {
        return OptionalLong.of(fields.path(field).asLong());
      }
    }
    return OptionalLong.empty();
  }

  /** Answers asked for. */
  public int choices() {
    return Math.max(1, fields.path("n").asInt(1));
  }

  public List<String> stop() {
    var stop = fields.path("stop");
    if (stop.isTextual()) {
      return List.of(stop.asText());
    }
    var all = new ArrayList<String>();
    stop.forEach(one -> all.add(one.asText()));
    return all;
  }

  public boolean isStream() {
    return fields.path("stream").asBoolean();
  }

  /** True when the client asked for usage at the end of its stream. */
  public boolean wantsUsage() {
    return isStream() && fields.path("stream_options").path("include_usage").asBoolean();
  }

  /** False when at most one tool may be called at a time. */
  public boolean isParallelToolCalls() {
    return fields.path("parallel_tool_calls").asBoolean(true);
  }

  public ToolChoice toolChoice() {
    var choice = fields.path("tool_choice");
    var allowed = allowedTools(fields);
    if (choice.isObject() && !allowed.isObject()) {
      return new ToolChoice.Named(choice.path("function").path("name").asText());
    }
    return switch (allowed.path("mode").asText(choice.asText())) {
      case "none" -> new ToolChoice.None();
      case "required" -> new ToolChoice.Required();
      default -> new ToolChoice.Auto();
    };
  }

  public ResponseFormat responseFormat() {
    var format = fields.path("response_format");
    return switch (format.path("type").asText()) {
      case "json_object" -> new ResponseFormat.JsonObject();
      case "json_schema" -> {
        var schema = format.path("json_schema");
        yield new ResponseFormat.JsonSchema(
            schema.path("name").asText("answer"),
            objectOf(schema.path("schema")),
            schema.path("strict").asBoolean());
      }
      default -> new ResponseFormat.Text();
    };
  }

  /** Each URL that a message names, once. */
  public List<String> mediaUrls() {
    return messages.stream()
        .flatMap(message -> partsOf(message).stream())
        .map(
            part ->
                switch (part) {
                  case Part.Image image -> image.content();
                  case Part.File file -> file.content();
                  case Part.Text text -> null;
                  case Part.Audio audio -> null;
                  case Part.Refusal refusal -> null;
                })
        .filter(Content.Remote.class::isInstance)
        .map(content -> ((Content.Remote) content).url())
        .distinct()
        .toList();
  }

  public static List<Part> partsOf(Message message) {
    return switch (message) {
      case Message.Instructions instructions -> instructions.parts();
      case Message.User user -> user.parts();
      case Message.Assistant assistant -> assistant.parts();
      case Message.ToolResult result -> result.parts();
    };
  }

  /** The text of the parts, one after the other. */
  public static String textOf(List<Part> parts) {
    var text = new StringBuilder();
    for (var part : parts) {
      if (part instanceof Part.Text said) {
        text.append(said.text());
      }
    }
    return text.toString();
  }

  private static List<Message> messagesOf(ObjectNode fields) {
    var messages = new ArrayList<Message>();
    for (var node : fields.path("messages")) {
      if (node instanceof ObjectNode message) {
        messages.add(messageOf(message));
      }
    }
    return List.copyOf(messages);
  }

  private static Message messageOf(ObjectNode message) {
    var parts = partsOf(message);
    return switch (message.path("role").asText()) {
      case "system", "developer" -> new Message.Instructions(parts);
      case "assistant" -> new Message.Assistant(parts, toolCallsOf(message), message);
      case "tool", "function" ->
          new Message.ToolResult(
              message.path("tool_call_id").asText(message.path("name").asText()), parts);
      default ->
          new Message.User(
              parts, message.path("name").isTextual() ? message.path("name").asText() : null);
    };
  }

  private static List<Part> partsOf(ObjectNode message) {
    var content = message.path("content");
    if (content.isTextual()) {
      return List.of(new Part.Text(content.asText(), CacheMark.of(message)));
    }
    var parts = new ArrayList<Part>();
    for (var part : content) {
      var cache = CacheMark.of(part);
      switch (part.path("type").asText()) {
        case "text" -> parts.add(new Part.Text(part.path("text").asText(), cache));
        case "refusal" -> parts.add(new Part.Refusal(part.path("refusal").asText()));
        case "image_url" -> {
          var image = part.path("image_url");
          var url = image.isTextual() ? image.asText() : image.path("url").asText();
          parts.add(new Part.Image(contentOf(url), image.path("detail").asText(""), cache));
        }
        case "input_audio" -> {
          var audio = part.path("input_audio");
          parts.add(new Part.Audio(audio.path("format").asText(), audio.path("data").asText()));
        }
        case "file" -> parts.add(fileOf(part.path("file"), cache));
        default -> {
          // Ingress lets no other type through.
        }
      }
    }
    return List.copyOf(parts);
  }

  private static Part.File fileOf(JsonNode file, @Nullable CacheMark cache) {
    var name = file.path("filename").asText("file.pdf");
    var data = file.path("file_data").asText("");
    if (data.isEmpty()) {
      return new Part.File(new Content.Uploaded(file.path("file_id").asText()), name, cache);
    }
    var isUrl = data.startsWith("data:") || data.startsWith("http:") || data.startsWith("https:");
    return new Part.File(
        isUrl ? contentOf(data) : new Content.Inline("application/pdf", data), name, cache);
  }

  /** RFC 2397 for data URLs. */
  private static Content contentOf(String url) {
    int comma = url.indexOf(',');
    if (!url.startsWith("data:") || comma < 0) {
      return new Content.Remote(url);
    }
    var head = url.substring("data:".length(), comma);
    int semicolon = head.indexOf(';');
    var mediaType = semicolon < 0 ? head : head.substring(0, semicolon);
    return new Content.Inline(mediaType, url.substring(comma + 1));
  }

  private static List<ToolCall> toolCallsOf(ObjectNode message) {
    var calls = new ArrayList<ToolCall>();
    for (var node : message.path("tool_calls")) {
      if (node instanceof ObjectNode call) {
        var function = call.path("function");
        calls.add(
            new ToolCall(
                call.path("id").asText(),
                function.path("name").asText(),
                function.path("arguments").asText("{}"),
                call));
      }
    }
    return List.copyOf(calls);
  }

  /** A choice among some of the tools only; missing when there is none. */
  private static JsonNode allowedTools(ObjectNode fields) {
    return fields.path("tool_choice").path("allowed_tools");
  }

  /** Those that may be called: what a choice leaves out, the provider need not know. */
  private static List<Tool> toolsOf(ObjectNode fields) {
    var tools = new ArrayList<Tool>();
    var allowed = allowedTools(fields);
    var names = allowed.findValuesAsText("name");
    for (var node : fields.path("tools")) {
      var function = node.path("function");
      boolean isAllowed = !allowed.isObject() || names.contains(function.path("name").asText());
      if (function.isObject() && isAllowed) {
        tools.add(
            new Tool(
                function.path("name").asText(),
                function.path("description").isTextual()
                    ? function.path("description").asText()
                    : null,
                objectOf(function.path("parameters")),
                function.path("strict").asBoolean(),
                node.has("cache_control") ? CacheMark.of(node) : CacheMark.of(function)));
      }
    }
    return List.copyOf(tools);
  }

  private static ObjectNode objectOf(JsonNode node) {
    return node instanceof ObjectNode object ? object : Json.MAPPER.createObjectNode();
  }

  /** Leaves the content out, which is a prompt. */
  @Override
  public String toString() {
    return "ChatBody[" + messages.size() + " messages]";
  }
}
