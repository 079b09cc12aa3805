package io.millrace.workers.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Puts the items of a streamed Response together, as strict as the strictest client. */
final class ResponseItems {

  private final List<ObjectNode> items = new ArrayList<>();
  private final Set<Integer> done = new HashSet<>();
  private final Set<String> ids = new HashSet<>();
  private final StringBuilder said = new StringBuilder();

  private ResponseItems() {}

  static ResponseItems of(List<JsonNode> events) {
    var items = new ResponseItems();
    events.forEach(items::add);
    return items;
  }

  /** Text deltas, one after the other. */
  String said() {
    return said.toString();
  }

  /** The items; every one of them must have ended. */
  ArrayNode output() {
    assertThat(done).hasSameSizeAs(items);
    return Json.MAPPER.createArrayNode().addAll(items);
  }

  private void add(JsonNode event) {
    assertThat(event.has("sequence_number")).isFalse();
    assertThat(event.has("error")).isFalse();
    var type = event.path("type").asText();
    int index = event.path("output_index").asInt(-1);
    if (type.equals("response.output_item.added")) {
      assertThat(index).isEqualTo(items.size());
      assertThat(ids.add(event.at("/item/id").asText())).isTrue();
      items.add(event.path("item").deepCopy());
      return;
    }
    assertThat(index).isBetween(0, items.size() - 1);
    assertThat(done).doesNotContain(index);
    var item = items.get(index);
    if (type.equals("response.output_item.done")) {
      assertThat(event.at("/item/id")).isEqualTo(item.path("id"));
      assertPiecesMakeTheItem(item, event.path("item"));
      items.set(index, event.path("item").deepCopy());
      done.add(index);
      return;
    }
    assertThat(event.path("item_id")).isEqualTo(item.path("id"));
    switch (type) {
      case "response.content_part.added" -> {
        assertThat(event.path("content_index").asInt()).isEqualTo(item.path("content").size());
        item.withArrayProperty("content").add(event.path("part").deepCopy());
      }
      case "response.output_text.delta" -> {
        said.append(event.path("delta").asText());
        append(content(item, event), "text", event);
      }
      case "response.refusal.delta" -> append(content(item, event), "refusal", event);
      case "response.function_call_arguments.delta" -> append(item, "arguments", event);
      case "response.reasoning_summary_part.added" ->
          item.withArrayProperty("summary").add(event.path("part").deepCopy());
      case "response.reasoning_summary_text.delta" ->
          append((ObjectNode) item.path("summary").path(0), "text", event);
      default -> assertThat(type).endsWith(".done");
    }
  }

  private static ObjectNode content(ObjectNode item, JsonNode event) {
    var part = item.path("content").path(event.path("content_index").asInt(-1));
    assertThat(part.isObject()).as("a part of %s", event.path("type")).isTrue();
    return (ObjectNode) part;
  }

  private static void append(ObjectNode to, String field, JsonNode event) {
    to.put(field, to.path(field).asText("") + event.path("delta").asText());
  }

  private static void assertPiecesMakeTheItem(ObjectNode pieced, JsonNode whole) {
    assertThat(pieced.path("arguments")).isEqualTo(whole.path("arguments"));
    assertThat(pieced.path("content").findValuesAsText("text"))
        .isEqualTo(whole.path("content").findValuesAsText("text"));
    assertThat(pieced.path("summary").findValuesAsText("text"))
        .isEqualTo(whole.path("summary").findValuesAsText("text"));
  }
}
