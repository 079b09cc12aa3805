package io.millrace.simulator.anthropic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.AnswerText;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireCall;
import io.millrace.simulator.http.WireError;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/** A call to {@code /v1/messages}. */
final class MessagesCall implements WireCall, Parsed {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int PIECE_CHARS = 12;
  private static final byte[] TEXT_DELTA_END = "\"}}\n\n".getBytes(StandardCharsets.US_ASCII);

  private final CallFacts facts;
  private final boolean isLongCache;
  private final InstantSource clock;
  private final String requestId = AnthropicHeaders.newRequestId();
  private final String messageId = "msg_" + AnthropicHeaders.newId();

  /**
   * @param isLongCache what is written to the cache is kept for an hour
   */
  MessagesCall(CallFacts facts, boolean isLongCache, InstantSource clock) {
    this.facts = facts;
    this.isLongCache = isLongCache;
    this.clock = clock;
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public void headers(MultiMap headers, LimitState limits, long elapsedMs) {
    AnthropicHeaders.add(headers, requestId);
    AnthropicHeaders.addLimits(headers, limits, clock.instant());
  }

  @Override
  public void streamHeaders(MultiMap headers) {
    headers.set(HttpHeaders.CONTENT_TYPE, AnthropicHeaders.EVENT_STREAM);
    headers.set(HttpHeaders.CACHE_CONTROL, "no-cache");
  }

  @Override
  public WireError error(Verdict.Refused refused) {
    return AnthropicError.of(refused, facts.model()).toWire(requestId);
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    ObjectNode message = message(answer.usage(), answer.usage().outputTokens());
    var content = message.withArrayProperty("content");
    if (answer.reasoning().words() > 0) {
      String thinking = unquoted(answer.reasoning());
      content.add(thinkingBlock(thinking, Signatures.of(thinking)));
    }
    if (answer.text().words() > 0) {
      content.add(textBlock(unquoted(answer.text())));
    }
    for (Verdict.ToolUse use : answer.toolUses()) {
      ObjectNode block = toolBlock(use);
      block.set("input", tree(use.arguments()));
      content.add(block);
    }
    putStop(message, answer);
    return Buffer.buffer(message.toString());
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    ObjectNode start = typed("message_start");
    start.set("message", message(answer.usage(), 1));
    event(out, start);
    event(out, typed("ping"));
    if (answer.reasoning().words() > 0) {
      String thinking = unquoted(answer.reasoning());
      blockStart(out, 0, thinkingBlock("", ""));
      delta(out, 0, typed("thinking_delta").put("thinking", thinking));
      delta(out, 0, typed("signature_delta").put("signature", Signatures.of(thinking)));
      blockStop(out, 0);
    }
    if (answer.text().words() > 0) {
      blockStart(out, textIndex(answer), textBlock(""));
    }
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    AnswerText text = answer.text();
    int start = text.end(from);
    out.appendString(
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":")
        .appendString(Integer.toString(textIndex(answer)))
        .appendString(",\"delta\":{\"type\":\"text_delta\",\"text\":\"")
        .appendBytes(text.json(), start, text.end(to) - start)
        .appendBytes(TEXT_DELTA_END);
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    int index = textIndex(answer);
    if (answer.text().words() > 0) {
      blockStop(out, index++);
    }
    for (Verdict.ToolUse use : answer.toolUses()) {
      ObjectNode block = toolBlock(use);
      block.putObject("input");
      blockStart(out, index, block);
      arguments(out, index, use.arguments());
      blockStop(out, index++);
    }
    ObjectNode end = typed("message_delta");
    putStop(end.putObject("delta"), answer);
    end.set("usage", usage(answer.usage(), answer.usage().outputTokens()));
    event(out, end);
    event(out, typed("message_stop"));
  }

  /** A call without arguments comes without pieces of them. */
  private static void arguments(Buffer out, int index, String arguments) {
    if (arguments.equals("{}")) {
      return;
    }
    delta(out, index, typed("input_json_delta").put("partial_json", ""));
    for (int from = 0; from < arguments.length(); from += PIECE_CHARS) {
      String piece = arguments.substring(from, Math.min(from + PIECE_CHARS, arguments.length()));
      delta(out, index, typed("input_json_delta").put("partial_json", piece));
    }
  }

  private ObjectNode message(Verdict.Usage usage, int outputTokens) {
    ObjectNode message =
        MAPPER
            .createObjectNode()
            .put("id", messageId)
            .put("type", "message")
            .put("role", "assistant")
            .put("model", facts.model());
    message.putArray("content");
    message.putNull("stop_reason").putNull("stop_sequence").putNull("stop_details");
    message.set("usage", usage(usage, outputTokens));
    return message;
  }

  /** What was read from the cache and written to it is counted beside the input. */
  private ObjectNode usage(Verdict.Usage usage, int outputTokens) {
    int written = usage.cacheWriteTokens();
    ObjectNode node =
        MAPPER
            .createObjectNode()
            .put("input_tokens", usage.inputTokens() - usage.cachedInputTokens() - written)
            .put("cache_creation_input_tokens", written)
            .put("cache_read_input_tokens", usage.cachedInputTokens());
    node.putObject("cache_creation")
        .put("ephemeral_5m_input_tokens", isLongCache ? 0 : written)
        .put("ephemeral_1h_input_tokens", isLongCache ? written : 0);
    node.put("output_tokens", outputTokens).put("service_tier", "standard");
    node.putObject("output_tokens_details")
        .put("thinking_tokens", Math.min(usage.reasoningTokens(), outputTokens));
    return node;
  }

  private static void putStop(ObjectNode node, Verdict.Answer answer) {
    node.put("stop_reason", stopReason(answer));
    node.put("stop_sequence", answer.stopSequence().isEmpty() ? null : answer.stopSequence());
    if (answer.ending() == Verdict.Ending.CONTENT_FILTER) {
      node.putObject("stop_details")
          .put("type", "refusal")
          .putNull("category")
          .put("explanation", "This request was refused.");
    } else {
      node.putNull("stop_details");
    }
  }

  private static String stopReason(Verdict.Answer answer) {
    return switch (answer.ending()) {
      case STOP -> answer.stopSequence().isEmpty() ? "end_turn" : "stop_sequence";
      case LENGTH -> "max_tokens";
      case TOOL_CALLS -> "tool_use";
      case CONTENT_FILTER -> "refusal";
    };
  }

  private static int textIndex(Verdict.Answer answer) {
    return answer.reasoning().words() > 0 ? 1 : 0;
  }

  private static ObjectNode thinkingBlock(String thinking, String signature) {
    return typed("thinking").put("thinking", thinking).put("signature", signature);
  }

  private static ObjectNode textBlock(String text) {
    return typed("text").put("text", text).putNull("citations");
  }

  private static ObjectNode toolBlock(Verdict.ToolUse use) {
    ObjectNode block = typed("tool_use").put("id", "toolu_" + use.id()).put("name", use.name());
    block.putObject("caller").put("type", "direct");
    return block;
  }

  private static void blockStart(Buffer out, int index, ObjectNode block) {
    ObjectNode start = typed("content_block_start").put("index", index);
    start.set("content_block", block);
    event(out, start);
  }

  private static void delta(Buffer out, int index, ObjectNode delta) {
    ObjectNode event = typed("content_block_delta").put("index", index);
    event.set("delta", delta);
    event(out, event);
  }

  private static void blockStop(Buffer out, int index) {
    event(out, typed("content_block_stop").put("index", index));
  }

  private static void event(Buffer out, ObjectNode data) {
    out.appendString("event: ")
        .appendString(data.path("type").textValue())
        .appendString("\ndata: ")
        .appendString(data.toString())
        .appendString("\n\n");
  }

  private static ObjectNode typed(String type) {
    return MAPPER.createObjectNode().put("type", type);
  }

  private static String unquoted(AnswerText text) {
    String json = new String(text.json(), 0, text.end(text.words()), StandardCharsets.UTF_8);
    return tree('"' + json + '"').textValue();
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("the engine wrote no JSON", impossible);
    }
  }
}
