package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.canonical.AnswerDialect;
import io.millrace.workers.canonical.ChunkWriter;
import io.millrace.workers.canonical.ProviderFailures;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads a message, whole or as the events it comes in. Blocks that only Anthropic's own tools make
 * are passed over.
 */
final class AnthropicDialect implements AnswerDialect {

  /** A message is one choice. */
  private static final int CHOICE = 0;

  private final UsageTally usage = new UsageTally();
  private final Thoughts thoughts = new Thoughts();
  private final Map<Integer, Block> open = new HashMap<>();
  private int toolCalls;

  /** A content block of a stream that has not ended. */
  private static final class Block {
    private final ObjectNode start;
    private final int toolCall;
    private final StringBuilder thinking = new StringBuilder();
    private final StringBuilder signature = new StringBuilder();
    private boolean hasArguments;

    /**
     * @param toolCall its place among the tool calls; of no meaning for other blocks
     */
    Block(ObjectNode start, int toolCall) {
      this.start = start;
      this.toolCall = toolCall;
    }

    boolean isToolUse() {
      return start.path("type").asText().equals("tool_use");
    }

    /** The thinking block as it must come back. */
    ObjectNode thought() {
      if (start.path("type").asText().equals("thinking")) {
        start.put("thinking", start.path("thinking").asText() + thinking);
        start.put("signature", start.path("signature").asText() + signature);
      }
      return start;
    }
  }

  @Override
  public Outcome.Failure failure(ResponseHead head, byte[] body) {
    return AnthropicErrors.of(head, body);
  }

  @Override
  public void whole(JsonNode answer, ChunkWriter out) {
    if (answer.path("type").asText().equals("error")) {
      out.fail(AnthropicErrors.inStream(answer));
      return;
    }
    if (!answer.path("content").isArray()) {
      out.fail(ProviderFailures.notUnderstood());
      return;
    }
    begin(answer, out);
    int index = 0;
    for (var block : answer.path("content")) {
      onWholeBlock(index++, block, out);
    }
    end(answer, out);
    usage.told().ifPresent(out::usage);
  }

  @Override
  public void event(String name, JsonNode data, ChunkWriter out) {
    int index = data.path("index").asInt();
    switch (data.path("type").asText(name)) {
      case "message_start" -> {
        begin(data.path("message"), out);
        usage.soFar().ifPresent(out::usage);
      }
      case "content_block_start" -> onBlockStart(index, data.path("content_block"), out);
      case "content_block_delta" -> onBlockDelta(index, data.path("delta"), out);
      case "content_block_stop" -> onBlockStop(index, out);
      case "message_delta" -> {
        usage.add(data.path("usage"));
        usage.told().ifPresent(out::usage);
        if (data.path("delta").path("stop_reason").isTextual()) {
          end(data.path("delta"), out);
        }
      }
      case "message_stop" -> out.done();
      case "error" -> out.fail(AnthropicErrors.inStream(data));
      default -> {
        // Pings, and what is yet to be invented.
      }
    }
  }

  private void begin(JsonNode answer, ChunkWriter out) {
    out.begin(answer.path("id").asText(""), answer.path("model").asText(""));
    out.role(CHOICE);
    usage.add(answer.path("usage"));
  }

  private void onWholeBlock(int index, JsonNode block, ChunkWriter out) {
    switch (block.path("type").asText()) {
      case "text" -> out.text(CHOICE, block.path("text").asText());
      case "tool_use" ->
          out.toolCall(
              CHOICE,
              toolCalls++,
              block.path("id").asText(),
              block.path("name").asText(),
              argumentsOf(block),
              null);
      case "thinking", "redacted_thinking" -> {
        out.reasoning(CHOICE, block.path("thinking").asText(""));
        thoughts.keep(index, block);
      }
      default -> {
        // Not asked for.
      }
    }
  }

  private void onBlockStart(int index, JsonNode start, ChunkWriter out) {
    if (!(start instanceof ObjectNode node)) {
      return;
    }
    var block = new Block(node, toolCalls);
    open.put(index, block);
    if (block.isToolUse()) {
      toolCalls++;
      out.toolCall(
          CHOICE, block.toolCall, node.path("id").asText(), node.path("name").asText(), "", null);
    } else {
      say(node.path("text").asText(""), out);
    }
  }

  private void onBlockDelta(int index, JsonNode delta, ChunkWriter out) {
    var block = open.get(index);
    switch (delta.path("type").asText()) {
      case "text_delta" -> say(delta.path("text").asText(), out);
      case "input_json_delta" -> {
        if (block != null && block.isToolUse()) {
          onArguments(block, delta.path("partial_json").asText(), out);
        }
      }
      case "thinking_delta" -> {
        var more = delta.path("thinking").asText();
        out.reasoning(CHOICE, more);
        count(more, out);
        if (block != null) {
          block.thinking.append(more);
        }
      }
      case "signature_delta" -> {
        if (block != null) {
          block.signature.append(delta.path("signature").asText());
        }
      }
      default -> {
        // Citations have no place in OpenAI's answer.
      }
    }
  }

  private void onBlockStop(int index, ChunkWriter out) {
    var block = open.remove(index);
    if (block == null) {
      return;
    }
    if (block.isToolUse() && !block.hasArguments) {
      onArguments(block, argumentsOf(block.start), out);
    } else if (Thoughts.isThought(block.start)) {
      thoughts.keep(index, block.thought());
    }
  }

  private void onArguments(Block block, String more, ChunkWriter out) {
    if (!more.isEmpty()) {
      block.hasArguments = true;
      out.toolArguments(CHOICE, block.toolCall, more);
      count(more, out);
    }
  }

  private void say(String text, ChunkWriter out) {
    out.text(CHOICE, text);
    count(text, out);
  }

  private void count(String said, ChunkWriter out) {
    usage.said(said.length());
    usage.soFar().ifPresent(out::usage);
  }

  private static String argumentsOf(JsonNode toolUse) {
    return toolUse.path("input").isObject() ? toolUse.path("input").toString() : "{}";
  }

  /**
   * @param reason holds stop_reason and its details
   */
  private void end(JsonNode reason, ChunkWriter out) {
    var extra = thoughts.extraContent();
    if (extra != null) {
      out.extraContent(CHOICE, extra);
    }
    var explanation = reason.path("stop_details").path("explanation").asText("");
    if (!explanation.isEmpty()) {
      out.refusal(CHOICE, explanation);
    }
    out.finish(CHOICE, finishReason(reason.path("stop_reason").asText()));
  }

  private static String finishReason(String stopReason) {
    return switch (stopReason) {
      case "max_tokens", "model_context_window_exceeded" -> "length";
      case "tool_use" -> "tool_calls";
      case "refusal" -> "content_filter";
      // A turn pauses only for Anthropic's own tools, which are not offered.
      default -> "stop";
    };
  }
}
