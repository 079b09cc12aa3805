package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.util.function.Consumer;

/**
 * Writes the events of a streamed Response that tell of its items. Sequence numbers are not written
 * here: they count the events that come before, too.
 */
public final class EventWriter {

  /** Stands where nobody reads the events. */
  public static final Consumer<byte[]> NOBODY = event -> {};

  private Consumer<byte[]> events = NOBODY;

  /** Where events go from here on. */
  void to(Consumer<byte[]> reader) {
    events = reader;
  }

  /** False when nobody reads, so that nothing need be written. */
  boolean isRead() {
    return events != NOBODY;
  }

  /** {@code response.output_item.added} or {@code .done}. */
  void item(String type, int outputIndex, ObjectNode item) {
    if (isRead()) {
      var event = Json.MAPPER.createObjectNode().put("type", "response.output_item." + type);
      event.put("output_index", outputIndex).set("item", item);
      events.accept(Json.bytes(event));
    }
  }

  /** An event within an item, to be filled and sent. */
  ObjectNode inside(String type, OutputItem item) {
    return Json.MAPPER
        .createObjectNode()
        .put("type", "response." + type)
        .put("item_id", item.id())
        .put("output_index", item.outputIndex());
  }

  void send(ObjectNode event) {
    if (isRead()) {
      events.accept(Json.bytes(event));
    }
  }
}
