package io.millrace.workers.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Usage;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.canonical.AnswerDialect;
import io.millrace.workers.canonical.ChunkWriter;
import io.millrace.workers.canonical.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Reads Ollama's answers. A whole one and the lines of a streamed one are of the same form. */
final class OllamaDialect implements AnswerDialect {

  private static final int ID_CHARS = 24;

  private final String callIds;
  private final long inputTokens;
  private int calls;
  private boolean hasSaid;

  /**
   * @param callIds of what the ids of tool calls are made where Ollama gives none
   * @param inputTokens estimated, for a prompt that Ollama found in its cache and did not count
   */
  OllamaDialect(String callIds, long inputTokens) {
    this.callIds = callIds;
    this.inputTokens = inputTokens;
  }

  @Override
  public Outcome.Failure failure(ResponseHead head, byte[] body) {
    return OllamaErrors.failure(head, body);
  }

  @Override
  public void whole(JsonNode answer, ChunkWriter out) {
    event("", answer, out);
  }

  @Override
  public void event(String name, JsonNode line, ChunkWriter out) {
    if (line.has("error")) {
      out.fail(OllamaErrors.inAnswer(line.path("error").asText("")));
      return;
    }
    out.begin("", line.path("model").asText(""));
    var message = line.path("message");
    var thinking = message.path("thinking").asText("");
    var text = message.path("content").asText("");
    hasSaid |= !thinking.isEmpty() || !text.isEmpty();
    out.reasoning(0, thinking);
    out.text(0, text);
    message.path("tool_calls").forEach(call -> onCall(call, out));
    if (!line.path("logprobs").isEmpty()) {
      onLogprobs(line.path("logprobs"), out);
    }
    if (line.path("done").asBoolean()) {
      onDone(line, out);
    }
  }

  /** OpenAI's entries but for what Ollama leaves out when it is empty. */
  private static void onLogprobs(JsonNode logprobs, ChunkWriter out) {
    var content = Json.MAPPER.createArrayNode();
    for (var entry : logprobs) {
      var written = content.addObject();
      written.put("token", entry.path("token").asText(""));
      written.set("logprob", entry.path("logprob"));
      written.putNull("bytes");
      written.putArray("top_logprobs");
      for (var name : List.of("bytes", "top_logprobs")) {
        if (entry.path(name).isArray()) {
          written.set(name, entry.path(name));
        }
      }
    }
    out.logprobs(0, content);
  }

  /** Calls come whole, their arguments as an object. */
  private void onCall(JsonNode call, ChunkWriter out) {
    hasSaid = true;
    int place = calls++;
    var function = call.path("function");
    var id = call.path("id").asText("");
    var arguments = function.path("arguments");
    out.toolCall(
        0,
        place,
        id.isEmpty() ? mintedId(place) : id,
        function.path("name").asText(""),
        arguments.isObject()
            ? new String(Json.bytes(arguments), StandardCharsets.UTF_8)
            : arguments.asText("{}"),
        null);
  }

  /** The same for the same call, so that a reply that is read again is the same reply. */
  private String mintedId(int place) {
    var name = (callIds + "/" + place).getBytes(StandardCharsets.UTF_8);
    return "call_"
        + UUID.nameUUIDFromBytes(name).toString().replace("-", "").substring(0, ID_CHARS);
  }

  private void onDone(JsonNode line, ChunkWriter out) {
    onUsage(line, out);
    var reason = line.path("done_reason").asText("");
    boolean isOfNothing = reason.equals("load") || reason.equals("unload");
    if (isOfNothing && !hasSaid) {
      out.fail(OllamaErrors.nothingMade());
      return;
    }
    if (!hasSaid) {
      out.role(0);
    }
    out.finish(0, reason.equals("length") ? "length" : calls == 0 ? "stop" : "tool_calls");
    out.done();
  }

  private void onUsage(JsonNode line, ChunkWriter out) {
    var output = line.path("eval_count");
    if (!output.isNumber()) {
      return;
    }
    var input = line.path("prompt_eval_count");
    out.usage(
        new Usage(
            input.isNumber() ? Math.max(0, input.asLong()) : inputTokens,
            0L,
            0L,
            0L,
            Math.max(0, output.asLong()),
            0L,
            !input.isNumber()));
  }
}
