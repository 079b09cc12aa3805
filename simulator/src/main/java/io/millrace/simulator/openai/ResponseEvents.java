package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;

/** Events of one streamed Response, counted from 0. */
final class ResponseEvents {
  private static final int PIECE_CHARS = 12;

  private int sequence;

  static ObjectNode event(String type) {
    return ResponseJson.MAPPER.createObjectNode().put("type", type);
  }

  /** An event within an item. */
  ObjectNode inside(String type, ObjectNode item, int outputIndex) {
    return event("response." + type)
        .put("item_id", item.path("id").asText(""))
        .put("output_index", outputIndex);
  }

  void write(Buffer out, ObjectNode event) {
    event.put("sequence_number", sequence++);
    out.appendString("event: " + event.get("type").textValue() + "\ndata: " + event + "\n\n");
  }

  void item(Buffer out, String type, int outputIndex, ObjectNode item) {
    ObjectNode event = event("response.output_item." + type).put("output_index", outputIndex);
    event.set("item", item);
    write(out, event);
  }

  /** The end of a message of one part. */
  void messageEnd(Buffer out, int outputIndex, ObjectNode item) {
    ObjectNode part = (ObjectNode) item.path("content").path(0);
    if (part.has("refusal")) {
      ObjectNode done = inside("refusal.done", item, outputIndex).put("content_index", 0);
      write(out, done.put("refusal", part.get("refusal").textValue()));
    } else {
      ObjectNode done = inside("output_text.done", item, outputIndex).put("content_index", 0);
      done.put("text", part.get("text").textValue()).set("logprobs", part.get("logprobs"));
      write(out, done);
    }
    ObjectNode done = inside("content_part.done", item, outputIndex).put("content_index", 0);
    done.set("part", part);
    write(out, done);
    item(out, "done", outputIndex, item);
  }

  void functionCall(Buffer out, int outputIndex, ObjectNode item) {
    String arguments = item.get("arguments").textValue();
    item(
        out,
        "added",
        outputIndex,
        item.deepCopy().put("status", "in_progress").put("arguments", ""));
    for (int from = 0; from < arguments.length(); from += PIECE_CHARS) {
      String piece = arguments.substring(from, Math.min(from + PIECE_CHARS, arguments.length()));
      ObjectNode delta = inside("function_call_arguments.delta", item, outputIndex);
      write(out, delta.put("delta", piece).put("obfuscation", "p"));
    }
    ObjectNode done = inside("function_call_arguments.done", item, outputIndex);
    write(out, done.put("arguments", arguments));
    item(out, "done", outputIndex, item);
  }

  void reasoning(Buffer out, int outputIndex, ObjectNode item) {
    ObjectNode begun = item.deepCopy();
    begun.putArray("summary");
    item(out, "added", outputIndex, begun);
    ObjectNode part = (ObjectNode) item.path("summary").path(0);
    ObjectNode added = summary("part.added", item, outputIndex);
    added.set("part", part.deepCopy().put("text", ""));
    write(out, added);
    String text = part.get("text").textValue();
    write(out, summary("text.delta", item, outputIndex).put("delta", text));
    write(out, summary("text.done", item, outputIndex).put("text", text));
    ObjectNode done = summary("part.done", item, outputIndex);
    done.set("part", part);
    write(out, done);
    item(out, "done", outputIndex, item);
  }

  private ObjectNode summary(String type, ObjectNode item, int outputIndex) {
    return inside("reasoning_summary_" + type, item, outputIndex).put("summary_index", 0);
  }
}
