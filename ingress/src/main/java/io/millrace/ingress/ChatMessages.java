package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.ingress.ApiError.Kind;
import io.millrace.schemas.Need;
import java.util.EnumSet;
import java.util.Set;

/** Checks the messages of a chat call and counts what they may cost. */
final class ChatMessages {

  private static final int BYTES_PER_TOKEN = 4;
  private static final int TOKENS_PER_MESSAGE = 4;
  private static final long TOKENS_PER_IMAGE_MAX = 2_000;
  private static final Set<String> TEXT_ONLY = Set.of("text");
  private static final Set<String> OF_ASSISTANT = Set.of("text", "refusal");
  private static final Set<String> DETAILS = Set.of("auto", "low", "high");
  private static final Set<String> OF_USER = Set.of("text", "image_url", "input_audio", "file");

  private final FieldChecks fields;
  private final Set<Need> needs = EnumSet.noneOf(Need.class);
  private long tokens;
  private long images;
  private long textBytes;

  ChatMessages(FieldChecks fields) {
    this.fields = fields;
  }

  int tokensEstimated() {
    return ChatRequest.saturated(tokens);
  }

  long tokensOfImagesMax() {
    return images * TOKENS_PER_IMAGE_MAX;
  }

  /** What a model must be able to do to read them. */
  Set<Need> needs() {
    return needs;
  }

  void check(JsonNode body) {
    if (FieldChecks.isAbsent(body, "messages")) {
      fields.missing("messages");
      return;
    }
    var messages = body.get("messages");
    if (!messages.isArray()) {
      fields.wrongType("messages", "an array of objects", messages);
      return;
    }
    if (messages.isEmpty()) {
      fields.fail(
          Kind.EMPTY_ARRAY,
          "messages",
          "Invalid 'messages': empty array. Expected an array with minimum length 1.");
      return;
    }
    for (int i = 0; i < messages.size() && !fields.failed(); i++) {
      textBytes = 0;
      checkMessage(messages.get(i), "messages[" + i + "]");
      tokens += (textBytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN + TOKENS_PER_MESSAGE;
    }
  }

  private void checkMessage(JsonNode message, String path) {
    if (!message.isObject()) {
      fields.wrongType(path, "an object", message);
      return;
    }
    var role = fields.requiredText(message, "role", path + ".role");
    if (fields.failed()) {
      return;
    }
    fields.text(message, "name", path + ".name");
    switch (role) {
      case "developer", "system" -> checkContent(message, path, TEXT_ONLY, true);
      case "user" -> checkContent(message, path, OF_USER, true);
      case "assistant" -> {
        checkToolCalls(message, path + ".tool_calls");
        checkContent(message, path, OF_ASSISTANT, !mayBeSilent(message));
      }
      case "tool" -> {
        fields.requiredText(message, "tool_call_id", path + ".tool_call_id");
        checkContent(message, path, TEXT_ONLY, true);
      }
      case "function" -> {
        fields.requiredText(message, "name", path + ".name");
        checkContent(message, path, TEXT_ONLY, false);
      }
      default ->
          fields.fail(
              Kind.INVALID_VALUE,
              path + ".role",
              ("Invalid value for '%s.role': '%s'. Supported values are: 'system', 'assistant', 'user',"
                      + " 'function', 'tool', and 'developer'.")
                  .formatted(path, ApiError.shown(role)));
    }
  }

  private void checkToolCalls(JsonNode message, String path) {
    if (FieldChecks.isAbsent(message, "tool_calls")) {
      return;
    }
    var calls = message.get("tool_calls");
    if (!calls.isArray()) {
      fields.wrongType(path, "an array of objects", calls);
      return;
    }
    for (int i = 0; i < calls.size() && !fields.failed(); i++) {
      var at = path + "[" + i + "]";
      var call = calls.get(i);
      if (!call.isObject()) {
        fields.wrongType(at, "an object", call);
        return;
      }
      fields.requiredText(call, "id", at + ".id");
      var function = call.path("function");
      if (function.isObject()) {
        fields.requiredText(function, "name", at + ".function.name");
        fields.text(function, "arguments", at + ".function.arguments");
      }
    }
  }

  private static boolean mayBeSilent(JsonNode message) {
    return message.hasNonNull("tool_calls")
        || message.hasNonNull("function_call")
        || message.hasNonNull("refusal")
        || message.hasNonNull("audio");
  }

  private void checkContent(
      JsonNode message, String messagePath, Set<String> partTypes, boolean required) {
    var path = messagePath + ".content";
    var content = message.get("content");
    if (content == null || content.isNull()) {
      if (required) {
        if (content == null) {
          fields.missing(path);
        } else {
          fields.wrongType(path, "a string or an array of content parts", content);
        }
      }
    } else if (content.isTextual()) {
      textBytes += utf8Bytes(content.textValue());
    } else if (content.isArray()) {
      for (int i = 0; i < content.size() && !fields.failed(); i++) {
        checkPart(content.get(i), path + "[" + i + "]", partTypes);
      }
    } else {
      fields.wrongType(path, "a string or an array of content parts", content);
    }
  }

  private void checkPart(JsonNode part, String path, Set<String> partTypes) {
    if (!part.isObject()) {
      fields.wrongType(path, "an object", part);
      return;
    }
    var type = fields.requiredText(part, "type", path + ".type");
    if (fields.failed()) {
      return;
    }
    if (!partTypes.contains(type)) {
      fields.fail(
          Kind.INVALID_VALUE,
          path + ".type",
          "Invalid value for '%s.type': '%s'. Supported values here are: %s."
              .formatted(
                  path,
                  ApiError.shown(type),
                  String.join(", ", partTypes.stream().sorted().toList())));
      return;
    }
    switch (type) {
      case "text", "refusal" ->
          textBytes += utf8Bytes(fields.requiredText(part, type, path + "." + type));
      case "image_url" -> {
        images++;
        needs.add(Need.VISION);
        var image = inner(part, type, path);
        fields.requiredText(image, "url", path + ".image_url.url");
        fields.oneOf(image, "detail", path + ".image_url.detail", DETAILS);
      }
      case "input_audio" -> {
        needs.add(Need.AUDIO);
        var audio = inner(part, type, path);
        fields.requiredText(audio, "data", path + ".input_audio.data");
        fields.text(audio, "format", path + ".input_audio.format");
      }
      case "file" -> {
        needs.add(Need.FILES);
        checkFile(inner(part, type, path), path + ".file");
      }
      default -> throw new IllegalStateException("checked above: " + type);
    }
  }

  private void checkFile(JsonNode file, String path) {
    if (fields.text(file, "file_id", path + ".file_id").isEmpty()) {
      fields.requiredText(file, "file_data", path + ".file_data");
    }
  }

  private JsonNode inner(JsonNode part, String name, String path) {
    var field = part.path(name);
    if (field.isMissingNode()) {
      fields.missing(path + "." + name);
    } else if (!field.isObject()) {
      fields.wrongType(path + "." + name, "an object", field);
    }
    return field;
  }

  /** By encoding it, which the JVM does many characters at a time. */
  static int utf8Bytes(String text) {
    return text.getBytes(UTF_8).length;
  }
}
