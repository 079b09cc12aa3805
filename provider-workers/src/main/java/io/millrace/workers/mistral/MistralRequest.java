package io.millrace.workers.mistral;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.ParameterCheck;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/** What Mistral wants otherwise in a chat request: an unknown field is an error there. */
final class MistralRequest {

  private static final int ID_CHARS = 9;
  private static final String ID_ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private MistralRequest() {}

  static void write(ObjectNode fields, ParameterCheck check) {
    fields.remove("stream_options");
    if (fields.has("prompt_cache_retention")) {
      check.unsupported(fields, "prompt_cache_retention");
    }
    if (fields.path("tool_choice").asText("").equals("required")) {
      fields.put("tool_choice", "any");
    }
    var toolNames = new HashMap<String, String>();
    for (var one : fields.path("messages")) {
      if (one instanceof ObjectNode message) {
        renameCalls(message, toolNames);
        if (message.get("content") instanceof ArrayNode parts) {
          parts.forEach(MistralRequest::writePart);
        }
      }
    }
  }

  /** Calls under ids that Mistral takes; results also say whose they are. */
  private static void renameCalls(ObjectNode message, Map<String, String> toolNames) {
    for (var one : message.path("tool_calls")) {
      if (one instanceof ObjectNode call) {
        var id = idOf(call.path("id").asText(""));
        call.put("id", id);
        toolNames.put(id, call.at("/function/name").asText(""));
      }
    }
    if (message.path("role").asText("").equals("tool")) {
      var id = idOf(message.path("tool_call_id").asText(""));
      message.put("tool_call_id", id);
      var name = toolNames.getOrDefault(id, "");
      if (!message.has("name") && !name.isEmpty()) {
        message.put("name", name);
      }
    }
  }

  private static void writePart(JsonNode one) {
    if (!(one instanceof ObjectNode part)) {
      return;
    }
    switch (part.path("type").asText("")) {
      case "file" -> {
        var file = part.path("file");
        var data = file.path("file_data").asText("");
        part.remove("file");
        if (data.isEmpty()) {
          part.put("type", "file").put("file_id", file.path("file_id").asText(""));
        } else {
          part.put("type", "document_url").put("document_url", urlOf(data));
        }
      }
      case "input_audio" -> {
        var audio = part.path("input_audio");
        if (audio.isObject()) {
          part.put("input_audio", audio.path("data").asText(""));
        }
      }
      default -> {
        // Text and images are as OpenAI has them.
      }
    }
  }

  private static String urlOf(String data) {
    boolean isUrl = data.startsWith("data:") || data.startsWith("http");
    return isUrl ? data : "data:application/pdf;base64," + data;
  }

  /** Nine letters and digits: the id itself if it is so already, else always the same for it. */
  static String idOf(String id) {
    if (id.length() == ID_CHARS && id.chars().allMatch(c -> ID_ALPHABET.indexOf(c) >= 0)) {
      return id;
    }
    var hashed = new StringBuilder();
    byte[] digest = sha256(id);
    for (int i = 0; i < ID_CHARS; i++) {
      hashed.append(ID_ALPHABET.charAt((digest[i] & 0xff) % ID_ALPHABET.length()));
    }
    return hashed.toString();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
