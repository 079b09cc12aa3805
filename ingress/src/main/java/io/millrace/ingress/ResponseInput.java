package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.ingress.ApiError.Kind;
import io.millrace.schemas.Need;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Checks the input items of a response and counts what they may cost. */
final class ResponseInput {

  private static final int BYTES_PER_TOKEN = 4;
  private static final int TOKENS_PER_ITEM = 4;
  private static final long TOKENS_PER_IMAGE_MAX = 2_000;
  private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");
  private static final Set<String> OF_ASSISTANT = Set.of("output_text", "refusal");
  private static final Set<String> OF_OTHERS =
      Set.of("input_text", "input_image", "input_file", "input_audio");

  /** Items that are checked; those of tools that a provider runs end in _call or _output. */
  private static final Set<String> TYPES =
      Set.of(
          "message",
          "function_call",
          "function_call_output",
          "custom_tool_call",
          "custom_tool_call_output",
          "reasoning");

  private static final Set<String> LET_THROUGH =
      Set.of("mcp_list_tools", "mcp_approval_request", "mcp_approval_response", "compaction");

  private final FieldChecks fields;
  private final Set<Need> needs = EnumSet.noneOf(Need.class);
  private long tokens;
  private long images;

  ResponseInput(FieldChecks fields) {
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

  void check(JsonNode body, boolean isRequired) {
    if (FieldChecks.isAbsent(body, "input")) {
      if (isRequired) {
        fields.missing("input");
      }
      return;
    }
    var input = body.get("input");
    if (input.isTextual()) {
      tokens += TOKENS_PER_ITEM;
      count(input.textValue());
    } else if (!input.isArray()) {
      fields.wrongType("input", "a string or an array of input items", input);
    } else if (input.isEmpty() && isRequired) {
      fields.fail(
          Kind.EMPTY_ARRAY,
          "input",
          "Invalid 'input': empty array. Expected an array with minimum length 1.");
    } else {
      for (int i = 0; i < input.size() && !fields.failed(); i++) {
        tokens += TOKENS_PER_ITEM;
        checkItem(input.get(i), "input[" + i + "]");
      }
    }
  }

  void count(String text) {
    tokens += (ChatMessages.utf8Bytes(text) + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
  }

  private void checkItem(JsonNode item, String path) {
    if (!item.isObject()) {
      fields.wrongType(path, "an object", item);
      return;
    }
    var type =
        fields
            .text(item, "type", path + ".type")
            .orElseGet(
                () ->
                    FieldChecks.isAbsent(item, "role")
                        ? fields.requiredText(item, "type", path + ".type")
                        : "message");
    if (fields.failed()) {
      return;
    }
    switch (type) {
      case "message" -> checkMessage(item, path);
      case "function_call" -> {
        requireTexts(item, path, "call_id", "name");
        count(fields.requiredText(item, "arguments", path + ".arguments"));
      }
      case "custom_tool_call" -> {
        requireTexts(item, path, "call_id", "name");
        count(fields.requiredText(item, "input", path + ".input"));
      }
      case "function_call_output", "custom_tool_call_output" -> {
        requireTexts(item, path, "call_id");
        checkContent(item, "output", path + ".output", OF_OTHERS);
      }
      case "reasoning" -> checkReasoning(item, path);
      case "item_reference" ->
          fields.fail(
              Kind.UNSUPPORTED_VALUE,
              path + ".type",
              "Invalid '%s.type': references to items are not supported; send the item itself, or"
                      .formatted(path)
                  + " use 'previous_response_id'.");
      default -> checkOther(item, type, path);
    }
  }

  private void checkOther(JsonNode item, String type, String path) {
    if (type.endsWith("_call") || type.endsWith("_output") || LET_THROUGH.contains(type)) {
      count(item.toString());
    } else {
      fields.unknownValue(path + ".type", type, TYPES);
    }
  }

  private void requireTexts(JsonNode item, String path, String... names) {
    for (var name : names) {
      fields.requiredText(item, name, path + "." + name);
    }
  }

  private void checkReasoning(JsonNode item, String path) {
    var summary = item.path("summary");
    if (!summary.isMissingNode() && !summary.isNull() && !summary.isArray()) {
      fields.wrongType(path + ".summary", "an array of objects", summary);
    }
    for (var list : List.of(summary, item.path("content"))) {
      list.forEach(part -> count(part.path("text").asText()));
    }
    count(item.path("encrypted_content").asText(""));
  }

  private void checkMessage(JsonNode message, String path) {
    var role = fields.requiredText(message, "role", path + ".role");
    if (fields.failed()) {
      return;
    }
    if (!ROLES.contains(role)) {
      fields.unknownValue(path + ".role", role, ROLES);
      return;
    }
    checkContent(
        message, "content", path + ".content", role.equals("assistant") ? OF_ASSISTANT : OF_OTHERS);
  }

  private void checkContent(JsonNode owner, String name, String path, Set<String> partTypes) {
    if (FieldChecks.isAbsent(owner, name)) {
      fields.missing(path);
      return;
    }
    var content = owner.get(name);
    if (content.isTextual()) {
      count(content.textValue());
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
      fields.unknownValue(path + ".type", type, partTypes);
      return;
    }
    switch (type) {
      case "input_text", "output_text" -> count(fields.requiredText(part, "text", path + ".text"));
      case "refusal" -> count(fields.requiredText(part, "refusal", path + ".refusal"));
      case "input_image" -> checkImage(part, path);
      case "input_file" -> checkFile(part, path);
      case "input_audio" -> checkAudio(part, path);
      default -> throw new IllegalStateException("checked above: " + type);
    }
  }

  private void checkImage(JsonNode image, String path) {
    images++;
    needs.add(Need.VISION);
    if (fields.text(image, "file_id", path + ".file_id").isEmpty()) {
      fields.requiredText(image, "image_url", path + ".image_url");
    }
  }

  /** A file at a URL has no size that a budget could be held against. */
  private void checkFile(JsonNode file, String path) {
    needs.add(Need.FILES);
    if (!FieldChecks.isAbsent(file, "file_url")) {
      fields.fail(
          Kind.UNSUPPORTED_VALUE,
          path + ".file_url",
          "Invalid '%s.file_url': files at URLs are not supported; send 'file_id' or 'file_data'."
              .formatted(path));
    } else if (fields.text(file, "file_id", path + ".file_id").isEmpty()) {
      fields.requiredText(file, "file_data", path + ".file_data");
    }
  }

  private void checkAudio(JsonNode part, String path) {
    needs.add(Need.AUDIO);
    var audio = part.path("input_audio");
    if (!audio.isObject()) {
      fields.missing(path + ".input_audio");
    } else {
      fields.requiredText(audio, "data", path + ".input_audio.data");
    }
  }
}
