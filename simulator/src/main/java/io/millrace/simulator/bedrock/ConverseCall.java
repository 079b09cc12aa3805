package io.millrace.simulator.bedrock;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.AnswerText;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.engine.Verdict.ToolUse;
import io.vertx.core.buffer.Buffer;

/** A call to Converse or ConverseStream. */
final class ConverseCall implements BedrockCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int PIECE_CHARS = 12;
  private static final String SIGNATURE = "c2ltdWxhdG9y";

  private final CallFacts facts;

  ConverseCall(CallFacts facts) {
    this.facts = facts;
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    ObjectNode root = MAPPER.createObjectNode();
    root.putObject("metrics").put("latencyMs", answer.timing().delayMs());
    ArrayNode content =
        root.putObject("output").putObject("message").put("role", "assistant").putArray("content");
    if (answer.reasoning().words() > 0) {
      content
          .addObject()
          .putObject("reasoningContent")
          .putObject("reasoningText")
          .put("text", words(answer.reasoning(), 0, answer.reasoning().words()))
          .put("signature", SIGNATURE);
    }
    if (answer.text().words() > 0) {
      content.addObject().put("text", words(answer.text(), 0, answer.text().words()));
    }
    for (ToolUse use : answer.toolUses()) {
      ObjectNode toolUse = named(use);
      toolUse.set("input", arguments(use));
      content.addObject().set("toolUse", toolUse);
    }
    root.put("stopReason", stopReason(answer));
    root.set("usage", usage(answer.usage()));
    return Buffer.buffer(root.toString());
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    event(out, "messageStart", MAPPER.createObjectNode().put("role", "assistant"));
    AnswerText reasoning = answer.reasoning();
    for (int word = 0; word < reasoning.words(); word++) {
      ObjectNode delta = MAPPER.createObjectNode();
      delta.putObject("reasoningContent").put("text", words(reasoning, word, word + 1));
      delta(out, 0, delta);
    }
    if (reasoning.words() > 0) {
      ObjectNode delta = MAPPER.createObjectNode();
      delta.putObject("reasoningContent").put("signature", SIGNATURE);
      delta(out, 0, delta);
      stop(out, 0);
    }
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    ObjectNode delta = MAPPER.createObjectNode().put("text", words(answer.text(), from, to));
    delta(out, textBlock(answer), delta);
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    int block = textBlock(answer);
    if (answer.text().words() > 0) {
      stop(out, block++);
    }
    for (ToolUse use : answer.toolUses()) {
      toolUse(out, use, block++);
    }
    event(out, "messageStop", MAPPER.createObjectNode().put("stopReason", stopReason(answer)));
    ObjectNode metadata = MAPPER.createObjectNode();
    metadata.set("usage", usage(answer.usage()));
    metadata.putObject("metrics").put("latencyMs", answer.timing().delayMs());
    event(out, "metadata", metadata);
  }

  private static void toolUse(Buffer out, ToolUse use, int block) {
    ObjectNode start = MAPPER.createObjectNode().put("contentBlockIndex", block);
    start.putObject("start").set("toolUse", named(use));
    event(out, "contentBlockStart", start);
    String arguments = use.arguments();
    for (int from = 0; from < arguments.length(); from += PIECE_CHARS) {
      String piece = arguments.substring(from, Math.min(from + PIECE_CHARS, arguments.length()));
      ObjectNode delta = MAPPER.createObjectNode();
      delta.putObject("toolUse").put("input", piece);
      delta(out, block, delta);
    }
    stop(out, block);
  }

  private static int textBlock(Verdict.Answer answer) {
    return answer.reasoning().words() > 0 ? 1 : 0;
  }

  private static ObjectNode named(ToolUse use) {
    return MAPPER
        .createObjectNode()
        .put("toolUseId", "tooluse_" + use.id())
        .put("name", use.name());
  }

  private static JsonNode arguments(ToolUse use) {
    try {
      return MAPPER.readTree(use.arguments());
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("arguments are JSON", impossible);
    }
  }

  private static String stopReason(Verdict.Answer answer) {
    return switch (answer.ending()) {
      case STOP -> answer.stopSequence().isEmpty() ? "end_turn" : "stop_sequence";
      case LENGTH -> "max_tokens";
      case TOOL_CALLS -> "tool_use";
      case CONTENT_FILTER -> "content_filtered";
    };
  }

  /** What a cache was read for or written to stands beside the input. */
  private static ObjectNode usage(Verdict.Usage usage) {
    int cached = usage.cachedInputTokens();
    int written = usage.cacheWriteTokens();
    ObjectNode node = MAPPER.createObjectNode();
    node.put("inputTokens", usage.inputTokens() - cached - written);
    node.put("outputTokens", usage.outputTokens());
    node.put("totalTokens", usage.inputTokens() + usage.outputTokens());
    node.put("cacheReadInputTokens", cached).put("cacheWriteInputTokens", written);
    node.putArray("cacheDetails").addObject().put("ttl", "5m").put("inputTokens", written);
    return node;
  }

  private static void delta(Buffer out, int block, ObjectNode delta) {
    ObjectNode payload = MAPPER.createObjectNode().put("contentBlockIndex", block);
    payload.set("delta", delta);
    event(out, "contentBlockDelta", payload);
  }

  private static void stop(Buffer out, int block) {
    event(out, "contentBlockStop", MAPPER.createObjectNode().put("contentBlockIndex", block));
  }

  private static void event(Buffer out, String type, ObjectNode payload) {
    // Bedrock pads its events so that their sizes tell nothing.
    out.appendBytes(EventFrames.event(type, payload.put("p", "abcd").toString()));
  }

  private static String words(AnswerText text, int from, int to) {
    var words = new StringBuilder();
    for (int word = from; word < to; word++) {
      words.append(text.word(word));
    }
    return words.toString();
  }
}
