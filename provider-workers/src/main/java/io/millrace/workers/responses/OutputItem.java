package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;

/** One item of a Response's output while it is being made. */
abstract sealed class OutputItem permits MessageItem, CallItem, ReasoningItem {

  private final int outputIndex;
  private final EventWriter events;
  private final ObjectNode item;
  private boolean isDone;

  /**
   * @param hex names the response; the place among its items makes a name of it for the item
   */
  OutputItem(String prefix, String hex, int outputIndex, String type, EventWriter events) {
    this.outputIndex = outputIndex;
    this.events = events;
    this.item =
        Json.MAPPER
            .createObjectNode()
            .put("id", prefix + hex + "%04x".formatted(outputIndex))
            .put("type", type)
            .put("status", "in_progress");
  }

  String id() {
    return item.path("id").asText();
  }

  int outputIndex() {
    return outputIndex;
  }

  boolean isDone() {
    return isDone;
  }

  /** As it is so far. */
  ObjectNode json() {
    return item;
  }

  EventWriter events() {
    return events;
  }

  /** Says that it is there; its fields are those of an item of which nothing is said yet. */
  void added() {
    events.item("added", outputIndex, item);
  }

  /** Nothing more is to come. */
  void done(boolean isComplete) {
    if (!isDone) {
      isDone = true;
      closeParts();
      item.put("status", isComplete ? "completed" : "incomplete");
      events.item("done", outputIndex, item);
    }
  }

  abstract void closeParts();
}
