package io.millrace.simulator.ollama;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.AnswerText;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;

/** A call to {@code /api/chat}. */
final class OllamaChatCall implements OllamaCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final long NANOS_SPENT = 1_000_000;
  private static final double LOGPROB = -0.25;

  private final CallFacts facts;
  private final boolean hasLogprobs;
  private final int alternatives;
  private final Instant now;
  private final boolean isOnlyLoading;

  /**
   * @param isOnlyLoading a call without messages loads the model and answers nothing
   */
  OllamaChatCall(
      CallFacts facts, boolean hasLogprobs, int alternatives, Instant now, boolean isOnlyLoading) {
    this.facts = facts;
    this.hasLogprobs = hasLogprobs;
    this.alternatives = alternatives;
    this.now = now;
    this.isOnlyLoading = isOnlyLoading;
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    var text = isOnlyLoading ? "" : words(answer.text(), 0, answer.text().words());
    var root = line(text);
    var message = (ObjectNode) root.path("message");
    if (answer.reasoning().words() > 0) {
      message.put("thinking", words(answer.reasoning(), 0, answer.reasoning().words()));
    }
    for (int index = 0; index < answer.toolUses().size(); index++) {
      write(message, answer.toolUses().get(index), index);
    }
    if (hasLogprobs) {
      writeLogprobs(root, answer.text(), 0, answer.text().words());
    }
    end(root, answer);
    return Buffer.buffer(root.toString());
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    if (answer.reasoning().words() > 0) {
      var line = line("");
      ((ObjectNode) line.path("message"))
          .put("thinking", words(answer.reasoning(), 0, answer.reasoning().words()));
      write(out, line.put("done", false));
    }
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    var line = line(words(answer.text(), from, to)).put("done", false);
    if (hasLogprobs) {
      writeLogprobs(line, answer.text(), from, to);
    }
    write(out, line);
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    for (int index = 0; index < answer.toolUses().size(); index++) {
      var line = line("").put("done", false);
      write((ObjectNode) line.path("message"), answer.toolUses().get(index), index);
      write(out, line);
    }
    var last = line("");
    end(last, answer);
    write(out, last);
  }

  private ObjectNode line(String content) {
    var line = MAPPER.createObjectNode().put("model", facts.model());
    line.put("created_at", now.toString());
    line.putObject("message").put("role", "assistant").put("content", content);
    return line;
  }

  /** Calls come whole, without ids, as older models give them. */
  private static void write(ObjectNode message, Verdict.ToolUse use, int index) {
    try {
      message
          .withArrayProperty("tool_calls")
          .addObject()
          .putObject("function")
          .put("index", index)
          .put("name", use.name())
          .set("arguments", MAPPER.readTree(use.arguments()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("arguments are a JSON object", e);
    }
  }

  private void end(ObjectNode line, Verdict.Answer answer) {
    line.put("done", true);
    if (isOnlyLoading) {
      line.put("done_reason", "load");
      return;
    }
    line.put("done_reason", answer.ending() == Verdict.Ending.LENGTH ? "length" : "stop")
        .put("total_duration", NANOS_SPENT)
        .put("load_duration", NANOS_SPENT)
        .put("prompt_eval_count", answer.usage().inputTokens())
        .put("prompt_eval_duration", NANOS_SPENT)
        .put("eval_count", answer.usage().outputTokens())
        .put("eval_duration", NANOS_SPENT);
  }

  private void writeLogprobs(ObjectNode line, AnswerText text, int from, int to) {
    var logprobs = line.putArray("logprobs");
    for (int word = from; word < to; word++) {
      var entry = logprobs.addObject().put("token", text.word(word)).put("logprob", LOGPROB);
      if (alternatives > 0) {
        var others = entry.putArray("top_logprobs");
        for (int other = 0; other < alternatives; other++) {
          others
              .addObject()
              .put("token", other == 0 ? text.word(word) : " " + other)
              .put("logprob", LOGPROB * (1 + other));
        }
      }
    }
  }

  private static void write(Buffer out, ObjectNode line) {
    out.appendString(line.toString()).appendString("\n");
  }

  private static String words(AnswerText text, int from, int to) {
    var words = new StringBuilder();
    for (int word = from; word < to; word++) {
      words.append(text.word(word));
    }
    return words.toString();
  }
}
