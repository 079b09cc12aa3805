package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.canonical.AnswerDialect;
import io.millrace.workers.canonical.ChunkWriter;
import io.millrace.workers.canonical.ProviderFailures;
import io.millrace.workers.canonical.ProviderFailures.Complaint;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How Converse and ConverseStream answer. A stream's metadata event, with the usage, comes after
 * its messageStop and is its end; where none comes, the end of a stream after messageStop is.
 */
final class ConverseDialect implements AnswerDialect {

  /** Converse has no choices. */
  private static final int CHOICE = 0;

  /** The model wrote what Bedrock could not read either. */
  private static final Set<String> MALFORMED =
      Set.of("malformed_model_output", "malformed_tool_use");

  private final Thoughts thoughts;
  private final Map<Integer, Integer> toolByBlock = new HashMap<>();
  private int tools;

  /**
   * @param model that was asked; its thoughts go back to its like only
   */
  ConverseDialect(String model) {
    thoughts = new Thoughts(model);
  }

  @Override
  public Outcome.Failure failure(ResponseHead head, byte[] body) {
    return BedrockErrors.outcome(head, body);
  }

  @Override
  public void whole(JsonNode answer, ChunkWriter out) {
    var message = answer.path("output").path("message");
    if (!message.isObject() && !answer.path("stopReason").isTextual()) {
      out.fail(ProviderFailures.notUnderstood());
      return;
    }
    var stopReason = answer.path("stopReason").asText();
    if (MALFORMED.contains(stopReason)) {
      out.fail(malformed());
      return;
    }
    out.role(CHOICE);
    for (var block : message.path("content")) {
      onBlock(block, out);
    }
    usage(answer.path("usage")).ifPresent(out::usage);
    finish(stopReason, out);
  }

  private void onBlock(JsonNode block, ChunkWriter out) {
    out.text(CHOICE, block.path("text").asText(""));
    for (var cited : block.path("citationsContent").path("content")) {
      out.text(CHOICE, cited.path("text").asText(""));
    }
    var toolUse = block.path("toolUse");
    if (toolUse.isObject()) {
      var input = toolUse.path("input");
      startTool(toolUse, input.isMissingNode() ? "{}" : input.toString(), out);
    }
    var reasoning = block.path("reasoningContent");
    if (reasoning.isObject()) {
      out.reasoning(CHOICE, reasoning.path("reasoningText").path("text").asText(""));
      thoughts.add(reasoning);
    }
  }

  @Override
  public void event(String name, JsonNode data, ChunkWriter out) {
    switch (name) {
      case "messageStart" -> out.role(CHOICE);
      case "contentBlockStart" -> onStart(data, out);
      case "contentBlockDelta" -> onDelta(data, out);
      case "messageStop" -> finish(data.path("stopReason").asText(), out);
      case "metadata" -> {
        usage(data.path("usage")).ifPresent(out::usage);
        out.done();
      }
      case EventStreamDecoder.CORRUPT -> out.fail(ProviderFailures.notUnderstood());
      default -> {
        if (name.startsWith(EventStreamDecoder.EXCEPTION)) {
          var type = name.substring(EventStreamDecoder.EXCEPTION.length());
          out.fail(BedrockErrors.inStream(type, data));
        }
      }
    }
  }

  private void onStart(JsonNode data, ChunkWriter out) {
    var toolUse = data.path("start").path("toolUse");
    if (toolUse.isObject()) {
      toolByBlock.put(data.path("contentBlockIndex").asInt(), tools);
      startTool(toolUse, "", out);
    }
  }

  private void startTool(JsonNode toolUse, String arguments, ChunkWriter out) {
    var id = toolUse.path("toolUseId").asText();
    out.toolCall(CHOICE, tools++, id, toolUse.path("name").asText(), arguments, null);
  }

  private void onDelta(JsonNode data, ChunkWriter out) {
    var delta = data.path("delta");
    int block = data.path("contentBlockIndex").asInt();
    out.text(CHOICE, delta.path("text").asText(""));
    var tool = toolByBlock.get(block);
    var input = delta.path("toolUse").path("input");
    if (tool != null && input.isTextual()) {
      out.toolArguments(CHOICE, tool, input.asText());
    }
    var reasoning = delta.path("reasoningContent");
    if (reasoning.isObject()) {
      out.reasoning(CHOICE, reasoning.path("text").asText(""));
      thoughts.addDelta(block, reasoning);
    }
  }

  private void finish(String stopReason, ChunkWriter out) {
    if (MALFORMED.contains(stopReason)) {
      out.fail(malformed());
      return;
    }
    thoughts.forReplay().ifPresent(extra -> out.extraContent(CHOICE, extra));
    switch (stopReason) {
      case "tool_use" -> out.finish(CHOICE, "tool_calls");
      case "max_tokens", "model_context_window_exceeded" -> out.finish(CHOICE, "length");
      case "guardrail_intervened", "content_filtered" -> out.finish(CHOICE, "content_filter");
      default -> out.finish(CHOICE, "stop");
    }
  }

  private static Outcome.Failure malformed() {
    return ProviderFailures.of(Verdict.UPSTREAM_FAILURE, 502, Complaint.of(""), Duration.ZERO);
  }

  /** Bedrock counts what is read from and written to a cache beside the input. */
  private static Optional<Usage> usage(JsonNode usage) {
    if (!usage.path("inputTokens").isNumber()) {
      return Optional.empty();
    }
    long read = count(usage, "cacheReadInputTokens");
    long written = count(usage, "cacheWriteInputTokens");
    long writtenLong = 0;
    for (var detail : usage.path("cacheDetails")) {
      writtenLong += detail.path("ttl").asText().equals("1h") ? count(detail, "inputTokens") : 0;
    }
    return Optional.of(
        new Usage(
            count(usage, "inputTokens") + read + written,
            read,
            written,
            Math.min(writtenLong, written),
            count(usage, "outputTokens"),
            0L,
            false));
  }

  private static long count(JsonNode node, String name) {
    return Math.max(0, node.path(name).asLong(0));
  }
}
