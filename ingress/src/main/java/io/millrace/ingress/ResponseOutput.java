package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.StreamDelta;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts the output of a response together from its deltas, as far as they go: what a response that
 * was cancelled has to show.
 */
public final class ResponseOutput {

  private final List<ObjectNode> items = new ArrayList<>();
  private final DeltaOrder order = new DeltaOrder(0, 0);

  /** Takes the next delta; those of a later attempt begin anew. */
  public void add(StreamDelta delta) {
    int before = order.attempt();
    if (!order.pass(delta)) {
      return;
    }
    if (order.attempt() != before) {
      items.clear();
    }
    add(ResponseJson.tree(delta.getChunk()));
  }

  private void add(ObjectNode event) {
    int index = event.path("output_index").asInt(-1);
    var type = event.path("type").asText();
    if (type.equals("response.output_item.added") || type.equals("response.output_item.done")) {
      if (event.get("item") instanceof ObjectNode item) {
        set(items, index, item.deepCopy());
      }
    } else if (index >= 0 && index < items.size()) {
      change(items.get(index), type, event);
    }
  }

  private static void change(ObjectNode item, String type, ObjectNode event) {
    switch (type) {
      case "response.content_part.added", "response.content_part.done" ->
          setPart(item, "content", event.path("content_index").asInt(-1), event.get("part"));
      case "response.reasoning_summary_part.added", "response.reasoning_summary_part.done" ->
          setPart(item, "summary", event.path("summary_index").asInt(-1), event.get("part"));
      case "response.output_text.delta", "response.reasoning_text.delta" ->
          part(item, "content", event, "content_index").ifPresent(p -> append(p, "text", event));
      case "response.refusal.delta" ->
          part(item, "content", event, "content_index").ifPresent(p -> append(p, "refusal", event));
      case "response.reasoning_summary_text.delta" ->
          part(item, "summary", event, "summary_index").ifPresent(p -> append(p, "text", event));
      case "response.function_call_arguments.delta" -> append(item, "arguments", event);
      case "response.custom_tool_call_input.delta" -> append(item, "input", event);
      default -> {
        // What is told whole comes again with the item, or adds nothing to it.
      }
    }
  }

  private static void setPart(ObjectNode item, String list, int index, JsonNode part) {
    var parts = item.get(list) instanceof ArrayNode known ? known : item.putArray(list);
    if (part instanceof ObjectNode object) {
      if (index == parts.size()) {
        parts.add(object.deepCopy());
      } else if (index >= 0 && index < parts.size()) {
        parts.set(index, object.deepCopy());
      }
    }
  }

  private static Optional<ObjectNode> part(
      ObjectNode item, String list, ObjectNode event, String index) {
    return item.path(list).get(event.path(index).asInt(-1)) instanceof ObjectNode part
        ? Optional.of(part)
        : Optional.empty();
  }

  private static void append(ObjectNode owner, String field, ObjectNode event) {
    owner.put(field, owner.path(field).asText("") + event.path("delta").asText(""));
  }

  private static void set(List<ObjectNode> items, int index, ObjectNode item) {
    if (index == items.size()) {
      items.add(item);
    } else if (index >= 0 && index < items.size()) {
      items.set(index, item);
    }
  }

  /** The items so far. */
  public ArrayNode items() {
    return JsonNodeFactory.instance.arrayNode().addAll(items);
  }

  /** The items of an answer. */
  public static ArrayNode of(ByteBuffer answer) {
    return ResponseJson.tree(answer).path("output") instanceof ArrayNode output
        ? output
        : JsonNodeFactory.instance.arrayNode();
  }
}
