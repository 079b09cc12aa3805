package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.List;

/** Puts the content of input items into the parts of chat messages. */
final class InputParts {

  private static final List<String> CACHE_MARKS =
      List.of("prompt_cache_breakpoint", "cache_control");

  private final ParameterCheck check;

  InputParts(ParameterCheck check) {
    this.check = check;
  }

  /** Content of a user or system message: a text where there is only that, else parts. */
  JsonNode said(JsonNode content) {
    if (content.isTextual()) {
      return content;
    }
    var parts = Json.MAPPER.createArrayNode();
    content.forEach(part -> add(part, parts));
    return isPlain(parts) ? parts.path(0).path("text") : parts;
  }

  /** What an assistant said; a refusal needs parts, text does not. */
  JsonNode answered(JsonNode content) {
    if (content.isTextual()) {
      return content;
    }
    var parts = Json.MAPPER.createArrayNode();
    var text = new StringBuilder();
    boolean isText = true;
    for (var part : content) {
      if (part.path("type").asText("").equals("refusal")) {
        isText = false;
        parts.addObject().put("type", "refusal").put("refusal", part.path("refusal").asText(""));
      } else {
        text.append(part.path("text").asText(""));
        addText(part, parts);
      }
    }
    return isText ? Json.MAPPER.getNodeFactory().textNode(text.toString()) : parts;
  }

  /** Adds one part in chat's words. */
  void add(JsonNode part, ArrayNode parts) {
    switch (part.path("type").asText("")) {
      case "input_text", "output_text", "text", "summary_text" -> addText(part, parts);
      case "refusal" -> parts.addObject().put("type", "text").set("text", part.path("refusal"));
      case "input_image" -> addImage(part, parts);
      case "input_file" -> addFile(part, parts);
      case "input_audio" ->
          parts.addObject().put("type", "input_audio").set("input_audio", part.path("input_audio"));
      case String other -> check.refuse("input", "input content of type '" + other + "'");
    }
  }

  private static void addText(JsonNode part, ArrayNode parts) {
    var text = parts.addObject().put("type", "text").put("text", part.path("text").asText(""));
    keepCacheMarks(part, text);
  }

  private void addImage(JsonNode part, ArrayNode parts) {
    var url = part.path("image_url");
    var address = url.isObject() ? url.path("url").asText("") : url.asText("");
    if (address.isEmpty() || url.isNull()) {
      check.refuse("input", "images by file id");
      return;
    }
    var image = parts.addObject().put("type", "image_url");
    var inner = image.putObject("image_url").put("url", address);
    var detail = part.path("detail").asText("");
    if (part.path("detail").isTextual() && !detail.equals("auto")) {
      // Chat knows no larger one.
      inner.put("detail", detail.equals("original") ? "high" : detail);
    }
    keepCacheMarks(part, image);
  }

  private static void addFile(JsonNode part, ArrayNode parts) {
    var outer = parts.addObject().put("type", "file");
    var file = outer.putObject("file");
    for (var name : List.of("file_id", "file_data", "filename")) {
      if (part.path(name).isTextual()) {
        file.set(name, part.path(name));
      }
    }
    // Chat has no field for it; adapters take a URL where the data would be.
    if (!file.has("file_data") && part.path("file_url").isTextual()) {
      file.set("file_data", part.path("file_url"));
    }
    keepCacheMarks(part, outer);
  }

  private static void keepCacheMarks(JsonNode from, ObjectNode to) {
    for (var name : CACHE_MARKS) {
      if (from.path(name).isObject()) {
        to.set(name, from.path(name));
      }
    }
  }

  private static boolean isPlain(ArrayNode parts) {
    return parts.size() == 1
        && parts.path(0).size() == 2
        && parts.path(0).path("type").asText("").equals("text");
  }
}
