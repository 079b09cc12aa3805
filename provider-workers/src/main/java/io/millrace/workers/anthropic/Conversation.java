package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.Message;
import io.millrace.workers.canonical.ChatBody.Part;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.List;

/**
 * Messages as Anthropic wants them: instructions apart, and turns of user and assistant that
 * alternate, the first one the user's. Results of tools belong to the user's turn, before what the
 * user says.
 */
final class Conversation {

  /** Said for a user who lets the assistant begin, which Anthropic does not. */
  private static final String BEGINNING = "(The conversation begins.)";

  private final ArrayNode system = Json.MAPPER.createArrayNode();
  private final ArrayNode turns = Json.MAPPER.createArrayNode();
  private final ContentBlocks blocks;
  private boolean lacksThoughts;

  private Conversation(ContentBlocks blocks) {
    this.blocks = blocks;
  }

  /**
   * @param check hears of content that Anthropic cannot take
   */
  static Conversation of(List<Message> messages, ParameterCheck check) {
    var conversation = new Conversation(new ContentBlocks(check));
    messages.forEach(conversation::add);
    conversation.complete();
    return conversation;
  }

  /** Text blocks; none when there are no instructions. */
  ArrayNode system() {
    return system;
  }

  ArrayNode turns() {
    return turns;
  }

  /** True when the assistant waits for tools' results and no thoughts came back with its calls. */
  boolean lacksThoughts() {
    return lacksThoughts;
  }

  /** One more instruction. */
  void instruct(String text) {
    system.add(ContentBlocks.text(text));
  }

  private void add(Message message) {
    switch (message) {
      case Message.Instructions instructions -> system.addAll(blocks.of(instructions.parts()));
      case Message.User user -> say("user", blocks.of(user.parts()));
      case Message.Assistant assistant -> onAssistant(assistant);
      case Message.ToolResult result -> onResult(result);
    }
  }

  private void onAssistant(Message.Assistant assistant) {
    var said = blocks.of(assistant.parts());
    for (var call : assistant.toolCalls()) {
      said.add(
          Json.MAPPER
              .createObjectNode()
              .put("type", "tool_use")
              .put("id", idOf(call.id()))
              .put("name", call.name())
              .set("input", call.argumentsTree()));
    }
    boolean isThoughtful = Thoughts.putBack(assistant.source(), said);
    lacksThoughts = !assistant.toolCalls().isEmpty() && !isThoughtful;
    say("assistant", said);
  }

  private void onResult(Message.ToolResult result) {
    var block =
        Json.MAPPER
            .createObjectNode()
            .put("type", "tool_result")
            .put("tool_use_id", idOf(result.callId()));
    content(result.parts(), block);
    var turn = turnOf("user");
    int results = 0;
    while (turn.path(results).path("type").asText().equals("tool_result")) {
      results++;
    }
    turn.insert(results, block);
  }

  /** Plain text as text; what has parts, or marks, as blocks. */
  private void content(List<Part> parts, ObjectNode block) {
    boolean isText = parts.stream().allMatch(Part.Text.class::isInstance);
    if (isText && parts.size() <= 1) {
      var text = ChatBody.textOf(parts);
      if (!text.isEmpty()) {
        block.put("content", text);
      }
      parts.forEach(part -> ContentBlocks.mark(block, part.cache()));
      return;
    }
    var content = blocks.of(parts);
    if (!content.isEmpty()) {
      block.set("content", content);
    }
  }

  private void say(String role, ArrayNode said) {
    if (!said.isEmpty()) {
      turnOf(role).addAll(said);
    }
  }

  /** The last turn, or a new one when that was the other's. */
  private ArrayNode turnOf(String role) {
    var last = turns.path(turns.size() - 1);
    if (last.path("role").asText().equals(role)) {
      return (ArrayNode) last.path("content");
    }
    return turns.addObject().put("role", role).putArray("content");
  }

  private void complete() {
    if (turns.isEmpty() && !system.isEmpty()) {
      say("user", system.deepCopy());
      system.removeAll();
    }
    if (turns.path(0).path("role").asText().equals("assistant")) {
      var first = Json.MAPPER.createObjectNode().put("role", "user");
      first.putArray("content").add(ContentBlocks.text(BEGINNING));
      turns.insert(0, first);
    }
    if (turns.path(turns.size() - 1).path("role").asText().equals("assistant")) {
      stripEnd(turns.path(turns.size() - 1).path("content"));
    }
  }

  /** An answer to be continued must not end in white space. */
  private static void stripEnd(JsonNode content) {
    if (content.path(content.size() - 1) instanceof ObjectNode last && last.has("text")) {
      last.put("text", last.path("text").asText().stripTrailing());
    }
  }

  /** Ids that other providers made may hold characters that Anthropic's pattern does not. */
  private static String idOf(String id) {
    return id.replaceAll("[^A-Za-z0-9_-]", "_");
  }
}
