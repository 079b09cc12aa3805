package io.millrace.simulator.cohere;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.AnswerText;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.buffer.Buffer;
import java.util.UUID;

/** A call to {@code /v2/chat}. */
final class CohereChatCall implements CohereCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int PIECE_CHARS = 12;
  private static final double LOGPROB = -0.25;

  private final CallFacts facts;
  private final boolean hasLogprobs;
  private final String id = UUID.randomUUID().toString();

  CohereChatCall(CallFacts facts, boolean hasLogprobs) {
    this.facts = facts;
    this.hasLogprobs = hasLogprobs;
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    var root = MAPPER.createObjectNode().put("id", id);
    var message = root.putObject("message").put("role", "assistant");
    var text = answer.text();
    if (answer.reasoning().words() > 0 || text.words() > 0) {
      var content = message.putArray("content");
      if (answer.reasoning().words() > 0) {
        content
            .addObject()
            .put("type", "thinking")
            .put("thinking", words(answer.reasoning(), 0, answer.reasoning().words()));
      }
      if (text.words() > 0) {
        content.addObject().put("type", "text").put("text", words(text, 0, text.words()));
      }
    }
    if (!answer.toolUses().isEmpty()) {
      message.put("tool_plan", plan(answer));
      var calls = message.putArray("tool_calls");
      answer.toolUses().forEach(use -> write(calls.addObject(), use, use.arguments()));
    }
    root.put("finish_reason", finishReason(answer));
    root.set("usage", usage(answer.usage()));
    if (hasLogprobs) {
      var logprobs = root.putArray("logprobs");
      for (int word = 0; word < text.words(); word++) {
        writeLogprobs(logprobs.addObject(), text, word, word + 1);
      }
    }
    return Buffer.buffer(root.toString());
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    var start = event("message-start").put("id", id);
    var message = start.putObject("delta").putObject("message").put("role", "assistant");
    message.putArray("content");
    message.put("tool_plan", "").putArray("tool_calls");
    message.putArray("citations");
    write(out, start);
    int index = 0;
    if (answer.reasoning().words() > 0) {
      openContent(out, index, "thinking");
      var delta = event("content-delta").put("index", index);
      content(delta).put("thinking", words(answer.reasoning(), 0, answer.reasoning().words()));
      write(out, delta);
      write(out, event("content-end").put("index", index++));
    }
    if (answer.text().words() > 0) {
      openContent(out, index, "text");
    }
  }

  private static void openContent(Buffer out, int index, String type) {
    var start = event("content-start").put("index", index);
    content(start).put("type", type).put(type, "");
    write(out, start);
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    var delta = event("content-delta").put("index", textIndex(answer));
    content(delta).put("text", words(answer.text(), from, to));
    if (hasLogprobs) {
      writeLogprobs(delta.putObject("logprobs"), answer.text(), from, to);
    }
    write(out, delta);
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    if (answer.text().words() > 0) {
      write(out, event("content-end").put("index", textIndex(answer)));
    }
    if (!answer.toolUses().isEmpty()) {
      var plan = event("tool-plan-delta");
      plan.putObject("delta").putObject("message").put("tool_plan", plan(answer));
      write(out, plan);
    }
    for (int index = 0; index < answer.toolUses().size(); index++) {
      writeToolCall(out, index, answer.toolUses().get(index));
    }
    var end = event("message-end").put("id", id);
    var delta = end.putObject("delta").put("finish_reason", finishReason(answer));
    delta.set("usage", usage(answer.usage()));
    write(out, end);
  }

  private static void writeToolCall(Buffer out, int index, Verdict.ToolUse use) {
    var start = event("tool-call-start").put("index", index);
    write(start.putObject("delta").putObject("message").putObject("tool_calls"), use, "");
    write(out, start);
    var arguments = use.arguments();
    for (int from = 0; from < arguments.length(); from += PIECE_CHARS) {
      var delta = event("tool-call-delta").put("index", index);
      delta
          .putObject("delta")
          .putObject("message")
          .putObject("tool_calls")
          .putObject("function")
          .put(
              "arguments",
              arguments.substring(from, Math.min(arguments.length(), from + PIECE_CHARS)));
      write(out, delta);
    }
    write(out, event("tool-call-end").put("index", index));
  }

  private static void write(ObjectNode call, Verdict.ToolUse use, String arguments) {
    call.put("id", use.name() + "_" + use.id()).put("type", "function");
    call.putObject("function").put("name", use.name()).put("arguments", arguments);
  }

  private static ObjectNode event(String type) {
    return MAPPER.createObjectNode().put("type", type);
  }

  private static ObjectNode content(ObjectNode event) {
    return event.putObject("delta").putObject("message").putObject("content");
  }

  private static void write(Buffer out, ObjectNode event) {
    out.appendString("event: " + event.path("type").asText("") + "\ndata: " + event + "\n\n");
  }

  private static int textIndex(Verdict.Answer answer) {
    return answer.reasoning().words() > 0 ? 1 : 0;
  }

  private static String plan(Verdict.Answer answer) {
    return "I will call " + answer.toolUses().getFirst().name() + ".";
  }

  private static String finishReason(Verdict.Answer answer) {
    return switch (answer.ending()) {
      case STOP -> answer.stopSequence().isEmpty() ? "COMPLETE" : "STOP_SEQUENCE";
      case LENGTH -> "MAX_TOKENS";
      case TOOL_CALLS -> "TOOL_CALL";
      // Cohere has no word for a filter.
      case CONTENT_FILTER -> "COMPLETE";
    };
  }

  private static ObjectNode usage(Verdict.Usage usage) {
    var root = MAPPER.createObjectNode();
    root.putObject("billed_units")
        .put("input_tokens", usage.inputTokens())
        .put("output_tokens", usage.outputTokens());
    root.putObject("tokens")
        .put("input_tokens", usage.inputTokens())
        .put("output_tokens", usage.outputTokens());
    return root.put("cached_tokens", usage.cachedInputTokens());
  }

  private static void writeLogprobs(ObjectNode entry, AnswerText text, int from, int to) {
    entry.put("text", words(text, from, to));
    var ids = entry.putArray("token_ids");
    var logprobs = entry.putArray("logprobs");
    for (int word = from; word < to; word++) {
      ids.add(word);
      logprobs.add(LOGPROB);
    }
  }

  private static String words(AnswerText text, int from, int to) {
    var words = new StringBuilder();
    for (int word = from; word < to; word++) {
      words.append(text.word(word));
    }
    return words.toString();
  }
}
