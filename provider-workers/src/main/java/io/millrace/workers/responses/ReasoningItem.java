package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;

/** What the model thought, as a summary of one part: that is where clients look for it. */
final class ReasoningItem extends OutputItem {

  private final StringBuilder text = new StringBuilder();
  private boolean hasPart;

  ReasoningItem(String hex, int outputIndex, EventWriter events) {
    super("rs_", hex, outputIndex, "reasoning", events);
    json().putArray("summary");
    added();
  }

  void text(String more) {
    if (!hasPart) {
      hasPart = true;
      events().send(event("part.added").set("part", part("")));
    }
    text.append(more);
    if (events().isRead()) {
      events().send(event("text.delta").put("delta", more));
    }
  }

  void carry(CarriedThoughts thoughts) {
    json().put("encrypted_content", thoughts.encoded());
  }

  @Override
  void closeParts() {
    if (hasPart) {
      var part = part(text.toString());
      json().withArrayProperty("summary").add(part);
      events().send(event("text.done").put("text", text.toString()));
      events().send(event("part.done").set("part", part));
    }
  }

  private ObjectNode event(String type) {
    return events().inside("reasoning_summary_" + type, this).put("summary_index", 0);
  }

  private static ObjectNode part(String text) {
    return Json.MAPPER.createObjectNode().put("type", "summary_text").put("text", text);
  }
}
