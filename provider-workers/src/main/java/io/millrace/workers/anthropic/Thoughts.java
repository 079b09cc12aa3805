package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The thinking blocks of an answer on their way through the client. Their signatures hold only when
 * they come back unchanged and in their place, so each is kept whole with its place among the
 * answer's blocks, as {@code extra_content.anthropic.thinking_blocks} of the message.
 */
final class Thoughts {

  private static final Set<String> TYPES = Set.of("thinking", "redacted_thinking");
  private static final String OWNER = "anthropic";
  private static final String BLOCKS = "thinking_blocks";

  private final ArrayNode kept = Json.MAPPER.createArrayNode();

  static boolean isThought(JsonNode block) {
    return TYPES.contains(block.path("type").asText());
  }

  /** Keeps a block that has come whole. */
  void keep(int index, JsonNode block) {
    kept.addObject().put("index", index).set("block", block);
  }

  /** What is to travel with the message; absent when there were no thoughts. */
  @Nullable JsonNode extraContent() {
    if (kept.isEmpty()) {
      return null;
    }
    var extra = Json.MAPPER.createObjectNode();
    extra.putObject(OWNER).set(BLOCKS, kept);
    return extra;
  }

  /**
   * Puts the thoughts that came back with a message into their places.
   *
   * @return true when there were any
   */
  static boolean putBack(ObjectNode message, ArrayNode said) {
    boolean hasAny = false;
    for (var thought : message.path("extra_content").path(OWNER).path(BLOCKS)) {
      var block = thought.path("block");
      if (isThought(block)) {
        said.insert(Math.clamp(thought.path("index").asInt(), 0, said.size()), block);
        hasAny = true;
      }
    }
    return hasAny;
  }
}
