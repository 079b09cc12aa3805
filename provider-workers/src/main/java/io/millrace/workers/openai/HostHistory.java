package io.millrace.workers.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The conversation so far as hosts take it: earlier answers without what only shows or what belongs
 * to another provider, and instructions under the role that all of them know.
 */
final class HostHistory {

  private static final List<String> SHOWN_ONLY =
      List.of("refusal", "annotations", "audio", "reasoning_content", "extra_content");

  private HostHistory() {}

  static void tidy(JsonNode messages) {
    for (var one : messages) {
      if (one instanceof ObjectNode message) {
        switch (message.path("role").asText("")) {
          case "developer" -> message.put("role", "system");
          case "assistant" -> tidyAnswer(message);
          default -> {
            // As the client wrote it.
          }
        }
      }
    }
  }

  private static void tidyAnswer(ObjectNode message) {
    message.remove(SHOWN_ONLY);
    for (var call : message.path("tool_calls")) {
      if (call instanceof ObjectNode toolCall) {
        toolCall.remove("extra_content");
      }
    }
  }
}
