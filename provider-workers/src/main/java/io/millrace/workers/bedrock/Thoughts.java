package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The reasoning blocks of one answer. A signed or redacted one must come back unchanged in the next
 * turn, so all of them travel with the client, as {@code extra_content.bedrock} of its message.
 */
final class Thoughts {

  private static final String EXTRA = "extra_content";
  private static final String BEDROCK = "bedrock";
  private static final String BLOCKS = "reasoning_content";
  private static final String VENDOR = "vendor";

  private final String vendor;
  private final TreeMap<Integer, ObjectNode> blocks = new TreeMap<>();

  Thoughts(String model) {
    vendor = ModelIds.vendor(model);
  }

  /** A whole block, as Converse answers it and as it takes it back. */
  void add(JsonNode reasoning) {
    if (reasoning instanceof ObjectNode block) {
      blocks.put(blocks.size(), block);
    }
  }

  /** A piece of a block: text, its signature, or something that only the provider can read. */
  void addDelta(int number, JsonNode delta) {
    var block = blocks.computeIfAbsent(number, n -> Json.MAPPER.createObjectNode());
    for (var name : new String[] {"text", "signature"}) {
      if (delta.path(name).isTextual()) {
        var text = block.withObjectProperty("reasoningText");
        text.put(name, text.path(name).asText("") + delta.path(name).asText());
      }
    }
    if (delta.path("redactedContent").isTextual()) {
      block.put("redactedContent", delta.path("redactedContent").asText());
    }
  }

  /** What the client is to send back; empty when nothing must come back. */
  Optional<ObjectNode> forReplay() {
    if (blocks.values().stream().noneMatch(Thoughts::isSealed)) {
      return Optional.empty();
    }
    var extra = Json.MAPPER.createObjectNode();
    var own = extra.putObject(BEDROCK).put(VENDOR, vendor);
    blocks.values().forEach(own.putArray(BLOCKS)::add);
    return Optional.of(extra);
  }

  /**
   * Puts back what an earlier answer's message brought, before all else that the message says.
   * Another vendor's model could not read it, so it gets none.
   */
  static void replay(JsonNode message, String model, ArrayNode content) {
    var own = message.path(EXTRA).path(BEDROCK);
    if (own.path(VENDOR).asText("").equals(ModelIds.vendor(model))) {
      for (var block : own.path(BLOCKS)) {
        content.addObject().set("reasoningContent", block);
      }
    }
  }

  private static boolean isSealed(ObjectNode block) {
    return block.has("redactedContent") || block.path("reasoningText").has("signature");
  }
}
