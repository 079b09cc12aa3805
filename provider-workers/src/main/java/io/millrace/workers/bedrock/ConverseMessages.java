package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.Message;
import io.millrace.workers.canonical.Json;
import org.jspecify.annotations.Nullable;

/**
 * Writes a conversation as Converse takes it: instructions apart, then user and assistant strictly
 * in turn, so that neighbours of one role become one message and the results of a turn's tool calls
 * stand together.
 */
final class ConverseMessages {

  private static final String DOCUMENT_PROMPT = "The document is attached.";

  private final ArrayNode system = Json.MAPPER.createArrayNode();
  private final ArrayNode messages = Json.MAPPER.createArrayNode();
  private final ConverseContent content;
  private final String model;
  private boolean hasTools;

  ConverseMessages(ConverseContent content, String model) {
    this.content = content;
    this.model = model;
  }

  void add(ChatBody chat) {
    chat.messages().forEach(this::add);
    for (var message : messages) {
      addDocumentPrompt((ArrayNode) message.path("content"));
    }
  }

  ArrayNode system() {
    return system;
  }

  ArrayNode messages() {
    return messages;
  }

  /** True when the conversation holds tool calls or results, which need their tools declared. */
  boolean hasTools() {
    return hasTools;
  }

  private void add(Message message) {
    switch (message) {
      case Message.Instructions instructions -> content.add(instructions.parts(), system);
      case Message.User user -> {
        var blocks = Json.MAPPER.createArrayNode();
        content.add(user.parts(), blocks);
        turn("user", blocks);
      }
      case Message.Assistant assistant -> turn("assistant", assistantBlocks(assistant));
      case Message.ToolResult result -> {
        hasTools = true;
        turn("user", resultBlocks(result));
      }
    }
  }

  private ArrayNode assistantBlocks(Message.Assistant assistant) {
    var blocks = Json.MAPPER.createArrayNode();
    Thoughts.replay(assistant.source(), model, blocks);
    content.add(assistant.parts(), blocks);
    for (var call : assistant.toolCalls()) {
      hasTools = true;
      var toolUse = blocks.addObject().putObject("toolUse");
      toolUse.put("toolUseId", call.id()).put("name", call.name());
      toolUse.set("input", call.argumentsTree());
    }
    return blocks;
  }

  private ArrayNode resultBlocks(Message.ToolResult result) {
    var blocks = Json.MAPPER.createArrayNode();
    var toolResult = blocks.addObject().putObject("toolResult").put("toolUseId", result.callId());
    var said = Json.MAPPER.createArrayNode();
    content.add(result.parts(), said);
    var own = toolResult.putArray("content");
    for (var block : said) {
      // A cache point stands beside a tool result, not in it.
      (block.has("cachePoint") ? blocks : own).add(block);
    }
    return blocks;
  }

  private void turn(String role, ArrayNode blocks) {
    if (blocks.isEmpty()) {
      return;
    }
    var last = lastMessage();
    if (last != null && last.path("role").asText().equals(role)) {
      last.withArray("content").addAll(blocks);
    } else {
      messages.addObject().put("role", role).set("content", blocks);
    }
  }

  private @Nullable ObjectNode lastMessage() {
    return messages.isEmpty() ? null : (ObjectNode) messages.get(messages.size() - 1);
  }

  /** A document needs a text beside it. */
  private static void addDocumentPrompt(ArrayNode blocks) {
    boolean hasDocument = false;
    boolean hasText = false;
    for (JsonNode block : blocks) {
      hasDocument |= block.has("document");
      hasText |= block.has("text");
    }
    if (hasDocument && !hasText) {
      blocks.insertObject(0).put("text", DOCUMENT_PROMPT);
    }
  }
}
