package io.millrace.workers.mistral;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Content that comes in parts: text is content, thoughts go where clients look for them. */
final class MistralAnswer {

  private MistralAnswer() {}

  static void flatten(ObjectNode said) {
    if (!(said.get("content") instanceof ArrayNode parts)) {
      return;
    }
    var text = new StringBuilder();
    var thoughts = new StringBuilder();
    for (var part : parts) {
      if (part.path("type").asText("").equals("thinking")) {
        part.path("thinking").forEach(piece -> thoughts.append(piece.path("text").asText("")));
      } else {
        text.append(part.path("text").asText(""));
      }
    }
    said.put("content", text.toString());
    if (!thoughts.isEmpty()) {
      said.put("reasoning_content", thoughts.toString());
    }
  }
}
