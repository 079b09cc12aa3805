package io.millrace.workers.cohere;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.canonical.AnswerDialect;
import io.millrace.workers.canonical.ChunkWriter;
import io.millrace.workers.canonical.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads Cohere's answers. What the model thinks, and the plan it makes before it calls tools, is
 * its reasoning; citations go along as extra content.
 */
final class CohereDialect implements AnswerDialect {

  /** Cohere counts the places of tool calls in its own way; OpenAI's clients want 0, 1, 2. */
  private final Map<Integer, Integer> callPlaces = new HashMap<>();

  private int calls;
  private boolean hasSaid;
  private final ArrayNode citations = Json.MAPPER.createArrayNode();

  @Override
  public Outcome.Failure failure(ResponseHead head, byte[] body) {
    return CohereErrors.failure(head, body);
  }

  @Override
  public void whole(JsonNode answer, ChunkWriter out) {
    out.begin(answer.path("id").asText(""), "");
    var message = answer.path("message");
    onPlan(message, out);
    onContent(message.path("content"), out);
    for (var call : message.path("tool_calls")) {
      onCall(calls, call, out);
    }
    if (message.path("citations").isArray()) {
      citations.addAll((ArrayNode) message.path("citations"));
    }
    onLogprobs(answer.path("logprobs"), out);
    finish(answer, out);
  }

  @Override
  public void event(String name, JsonNode data, ChunkWriter out) {
    var type = data.path("type").asText(name);
    var message = data.path("delta").path("message");
    switch (type) {
      case "message-start" -> out.begin(data.path("id").asText(""), "");
      case "content-start", "content-delta" -> {
        onContent(message.path("content"), out);
        onLogprobs(data.path("logprobs"), out);
      }
      case "tool-plan-delta" -> onPlan(message, out);
      case "tool-call-start" -> onCall(data.path("index").asInt(calls), call(message), out);
      case "tool-call-delta" -> onArguments(data.path("index").asInt(0), call(message), out);
      case "citation-start" -> onCitation(message.path("citations"));
      case "message-end" -> {
        finish(data.path("delta"), out);
        out.done();
      }
      default -> {
        // Ends of parts, debug events, and whatever may come to be.
      }
    }
  }

  private void onPlan(JsonNode message, ChunkWriter out) {
    onReasoning(message.path("tool_plan").asText(""), out);
  }

  /** A block, or a list of them. */
  private void onContent(JsonNode content, ChunkWriter out) {
    if (content.isTextual()) {
      onText(content.asText(), out);
    } else if (content.isArray()) {
      content.forEach(block -> onContent(block, out));
    } else {
      onReasoning(content.path("thinking").asText(""), out);
      onText(content.path("text").asText(""), out);
    }
  }

  private void onReasoning(String text, ChunkWriter out) {
    hasSaid |= !text.isEmpty();
    out.reasoning(0, text);
  }

  private void onText(String text, ChunkWriter out) {
    hasSaid |= !text.isEmpty();
    out.text(0, text);
  }

  private static JsonNode call(JsonNode message) {
    var calls = message.path("tool_calls");
    return calls.isArray() ? calls.path(0) : calls;
  }

  private void onCall(int index, JsonNode call, ChunkWriter out) {
    int place = calls++;
    hasSaid = true;
    callPlaces.put(index, place);
    var function = call.path("function");
    out.toolCall(
        0,
        place,
        call.path("id").asText(""),
        function.path("name").asText(""),
        function.path("arguments").asText(""),
        null);
  }

  private void onArguments(int index, JsonNode call, ChunkWriter out) {
    var more = call.path("function").path("arguments").asText("");
    var place = callPlaces.get(index);
    if (place != null && !more.isEmpty()) {
      out.toolArguments(0, place, more);
    }
  }

  private void onCitation(JsonNode found) {
    if (found.isArray()) {
      citations.addAll((ArrayNode) found);
    } else if (found.isObject()) {
      citations.add(found);
    }
  }

  /** One entry, or a list of them. */
  private static void onLogprobs(JsonNode logprobs, ChunkWriter out) {
    var content = Json.MAPPER.createArrayNode();
    if (logprobs.isArray()) {
      logprobs.forEach(entry -> addLogprob(content, entry));
    } else if (logprobs.isObject()) {
      addLogprob(content, logprobs);
    }
    if (!content.isEmpty()) {
      out.logprobs(0, content);
    }
  }

  /** Text that is of several of the model's tokens has the probability of all of them. */
  private static void addLogprob(ArrayNode content, JsonNode entry) {
    if (!entry.path("logprobs").isArray()) {
      return;
    }
    double sum = 0;
    for (var logprob : entry.path("logprobs")) {
      sum += logprob.asDouble();
    }
    var text = entry.path("text").asText("");
    var written = content.addObject().put("token", text).put("logprob", sum);
    var bytes = written.putArray("bytes");
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      bytes.add(b & 0xff);
    }
    written.putArray("top_logprobs");
  }

  /**
   * The answer's end. Nothing is shown before the model says something, so that a failure until
   * then can be repeated.
   *
   * @param end what has the finish reason and the usage
   */
  private void finish(JsonNode end, ChunkWriter out) {
    onUsage(end.path("usage"), out);
    switch (end.path("finish_reason").asText("")) {
      case "ERROR" -> out.fail(CohereErrors.inAnswer(Verdict.UPSTREAM_FAILURE));
      case "TIMEOUT" -> out.fail(CohereErrors.inAnswer(Verdict.TIMEOUT));
      case "MAX_TOKENS", "ERROR_LIMIT" -> finish("length", out);
      case "ERROR_TOXIC" -> finish("content_filter", out);
      default -> finish(calls == 0 ? "stop" : "tool_calls", out);
    }
  }

  private void finish(String reason, ChunkWriter out) {
    if (!hasSaid) {
      out.role(0);
    }
    if (!citations.isEmpty()) {
      ObjectNode extra = Json.MAPPER.createObjectNode();
      extra.putObject("cohere").set("citations", citations);
      out.extraContent(0, extra);
    }
    out.finish(0, reason);
  }

  private static void onUsage(JsonNode usage, ChunkWriter out) {
    var tokens = usage.path("tokens");
    var told = tokens.path("input_tokens").isNumber() ? tokens : usage.path("billed_units");
    if (!told.path("input_tokens").isNumber()) {
      return;
    }
    long input = count(told.path("input_tokens"));
    out.usage(
        new Usage(
            input,
            Math.min(count(usage.path("cached_tokens")), input),
            0L,
            0L,
            count(told.path("output_tokens")),
            0L,
            false));
  }

  private static long count(JsonNode node) {
    return Math.max(0, node.asLong());
  }
}
