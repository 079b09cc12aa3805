package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.nio.charset.StandardCharsets;

/** What the model said: parts of text, and of refusal. One part is open at a time. */
final class MessageItem extends OutputItem {

  private static final String TEXT = "output_text";
  private static final String REFUSAL = "refusal";

  private final StringBuilder said = new StringBuilder();
  private final ArrayNode annotations = Json.MAPPER.createArrayNode();
  private final ArrayNode logprobs = Json.MAPPER.createArrayNode();
  private String open = "";
  private int contentIndex = -1;

  MessageItem(String hex, int outputIndex, EventWriter events) {
    super("msg_", hex, outputIndex, "message", events);
    json().put("role", "assistant").putArray("content");
    added();
  }

  /**
   * More text.
   *
   * @param chatLogprobs of this piece, as chat tells them; missing where it does not
   */
  void text(String more, JsonNode chatLogprobs) {
    open(TEXT);
    said.append(more);
    var told = withBytes(chatLogprobs);
    logprobs.addAll(told);
    if (events().isRead() && !more.isEmpty()) {
      events().send(event("output_text.delta").put("delta", more).set("logprobs", told));
    }
  }

  void refusal(String more) {
    open(REFUSAL);
    said.append(more);
    events().send(event("refusal.delta").put("delta", more));
  }

  /**
   * A source of what was said.
   *
   * @param chatAnnotation as chat tells it: flat here, nested there
   */
  void annotation(JsonNode chatAnnotation) {
    open(TEXT);
    var type = chatAnnotation.path("type").asText("");
    if (!(chatAnnotation.path(type) instanceof ObjectNode nested)) {
      return;
    }
    var annotation = Json.MAPPER.createObjectNode().put("type", type);
    annotation.setAll(nested);
    var event = event("output_text.annotation.added").put("annotation_index", annotations.size());
    annotations.add(annotation);
    events().send(event.set("annotation", annotation));
  }

  private void open(String type) {
    if (open.equals(type)) {
      return;
    }
    closeParts();
    open = type;
    contentIndex++;
    var added = event("content_part.added");
    added.set("part", part());
    events().send(added);
  }

  @Override
  void closeParts() {
    if (open.isEmpty()) {
      return;
    }
    var part = part();
    json().withArrayProperty("content").add(part);
    if (open.equals(TEXT)) {
      var done = event("output_text.done").put("text", said.toString());
      events().send(done.set("logprobs", logprobs.deepCopy()));
    } else {
      events().send(event("refusal.done").put("refusal", said.toString()));
    }
    events().send(event("content_part.done").set("part", part));
    open = "";
    said.setLength(0);
    annotations.removeAll();
    logprobs.removeAll();
  }

  private ObjectNode part() {
    var part = Json.MAPPER.createObjectNode().put("type", open);
    if (open.equals(REFUSAL)) {
      return part.put("refusal", said.toString());
    }
    part.put("text", said.toString());
    part.set("annotations", annotations.deepCopy());
    return part.set("logprobs", logprobs.deepCopy());
  }

  private ObjectNode event(String type) {
    return events().inside(type, this).put("content_index", contentIndex);
  }

  /** Clients of Responses insist on the bytes of a token, which chat may leave out. */
  private static ArrayNode withBytes(JsonNode entries) {
    var all = Json.MAPPER.createArrayNode();
    for (var entry : entries) {
      var one = Json.MAPPER.createObjectNode();
      one.set("token", entry.path("token"));
      one.set("logprob", entry.path("logprob"));
      if (entry.path("bytes").isArray()) {
        one.set("bytes", entry.path("bytes"));
      } else {
        var bytes = one.putArray("bytes");
        for (byte b : entry.path("token").asText("").getBytes(StandardCharsets.UTF_8)) {
          bytes.add(b & 0xff);
        }
      }
      if (entry.has("top_logprobs")) {
        one.set("top_logprobs", withBytes(entry.path("top_logprobs")));
      }
      all.add(one);
    }
    return all;
  }
}
