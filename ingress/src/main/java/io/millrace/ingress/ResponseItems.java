package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The input of a response as items, each with an id: its own, or one derived from the response and
 * its place, so that it is the same whenever it is asked for.
 */
public final class ResponseItems {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int ID_BYTES = 16;

  private final List<ObjectNode> items;

  private ResponseItems(List<ObjectNode> items) {
    this.items = items;
  }

  public static ResponseItems of(KeptResponse response) {
    var items = new ArrayList<ObjectNode>();
    for (var item : inputOf(response.asked())) {
      if (item instanceof ObjectNode object) {
        items.add(whole(object, response.id(), items.size()));
      }
    }
    return new ResponseItems(items);
  }

  /** The input of a body as a list of items. */
  static ArrayNode inputOf(ObjectNode asked) {
    var input = asked.path("input");
    var items = JSON.arrayNode();
    if (input.isTextual()) {
      items.addObject().put("type", "message").put("role", "user").set("content", input);
    } else if (input instanceof ArrayNode array) {
      items.addAll(array);
    }
    return items;
  }

  /**
   * The body of a response that goes on from another: its input is that one's, then what that one
   * answered, then its own.
   */
  public static ObjectNode continued(ObjectNode asked, KeptResponse previous, ByteBuffer answer) {
    var input = inputOf(previous.asked()).addAll(ResponseOutput.of(answer)).addAll(inputOf(asked));
    var body = asked.deepCopy();
    body.set("input", input);
    return body;
  }

  private static ObjectNode whole(ObjectNode item, String responseId, int place) {
    var whole = JSON.objectNode();
    var type = item.path("type").asText("message");
    whole.put("id", item.path("id").asText(derivedId(type, responseId, place)));
    whole.put("type", type);
    ObjectNode rest = item.deepCopy();
    rest.remove(List.of("id", "type"));
    whole.setAll(rest);
    if (type.equals("message")) {
      if (!item.hasNonNull("status")) {
        whole.put("status", "completed");
      }
      if (item.path("content").isTextual()) {
        whole.set("content", parts(item));
      }
    }
    return whole;
  }

  private static ArrayNode parts(ObjectNode message) {
    boolean isAnswer = message.path("role").asText().equals("assistant");
    var parts = JSON.arrayNode();
    var part = parts.addObject();
    part.put("type", isAnswer ? "output_text" : "input_text");
    part.set("text", message.get("content"));
    if (isAnswer) {
      part.putArray("annotations");
    }
    return parts;
  }

  private static String derivedId(String type, String responseId, int place) {
    var prefix =
        switch (type) {
          case "message" -> "msg_";
          case "function_call", "function_call_output" -> "fc_";
          case "custom_tool_call", "custom_tool_call_output" -> "ctc_";
          case "reasoning" -> "rs_";
          default -> "item_";
        };
    var hash = Sha256.digest().digest((responseId + "/" + place).getBytes(UTF_8));
    return prefix + HexFormat.of().formatHex(hash, 0, ID_BYTES);
  }

  /**
   * A page of the list.
   *
   * @param after id of the item before the page; an unknown one is before nothing
   */
  public byte[] page(boolean isOldestFirst, Optional<String> after, int limit) {
    var ordered = isOldestFirst ? items : items.reversed();
    int from = after.map(id -> placeBehind(ordered, id)).orElse(0);
    int to = Math.min(ordered.size(), from + limit);
    var page = ordered.subList(from, to);
    var json = JSON.objectNode();
    json.put("object", "list");
    json.putArray("data").addAll(page);
    json.set("first_id", page.isEmpty() ? JSON.nullNode() : page.getFirst().get("id"));
    json.set("last_id", page.isEmpty() ? JSON.nullNode() : page.getLast().get("id"));
    json.put("has_more", to < ordered.size());
    return ResponseJson.bytes(json);
  }

  private static int placeBehind(List<ObjectNode> ordered, String id) {
    for (int i = 0; i < ordered.size(); i++) {
      if (ordered.get(i).path("id").asText().equals(id)) {
        return i + 1;
      }
    }
    return ordered.size();
  }
}
