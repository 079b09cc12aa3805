package io.millrace.workers.google;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Usage;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.canonical.AnswerDialect;
import io.millrace.workers.canonical.ChunkWriter;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ProviderFailures;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code generateContent} answers. A streamed answer is a row of such answers, each with
 * more parts; there is no mark at the end but the finish reason.
 */
final class GoogleAnswer implements AnswerDialect {

  /** How ids begin that are made here because Google gave none. */
  static final String MINTED = "call_";

  private static final int CHOICE = 0;

  /** Reasons for which there is no answer; another try may give one. */
  private static final Set<String> ASTRAY =
      Set.of(
          "MALFORMED_FUNCTION_CALL",
          "UNEXPECTED_TOOL_CALL",
          "TOO_MANY_TOOL_CALLS",
          "MALFORMED_RESPONSE",
          "MISSING_THOUGHT_SIGNATURE");

  /** Calls that each choice has made. */
  private final Map<Integer, Integer> calls = new HashMap<>();

  /** Choices that have said something. */
  private final Set<Integer> spoken = new HashSet<>();

  @Override
  public Outcome.Failure failure(ResponseHead head, byte[] body) {
    return GoogleErrors.of(head, body);
  }

  @Override
  public void whole(JsonNode answer, ChunkWriter out) {
    onFrame(answer, out);
  }

  @Override
  public void event(String name, JsonNode data, ChunkWriter out) {
    if (data.isArray()) {
      data.forEach(one -> onFrame(one, out));
    } else {
      onFrame(data, out);
    }
  }

  private void onFrame(JsonNode frame, ChunkWriter out) {
    if (frame.path("error").isObject()) {
      out.fail(GoogleErrors.inStream(frame));
      return;
    }
    out.begin(frame.path("responseId").asText(""), frame.path("modelVersion").asText(""));
    var used = frame.path("usageMetadata");
    if (used.path("promptTokenCount").isNumber()) {
      out.usage(usage(used));
    }
    for (var candidate : frame.path("candidates")) {
      onCandidate(candidate, out);
    }
    if (frame.path("candidates").isEmpty() && isBlocked(frame)) {
      out.finish(CHOICE, "content_filter");
    }
  }

  private static boolean isBlocked(JsonNode frame) {
    return !frame.path("promptFeedback").path("blockReason").asText("").isEmpty();
  }

  private void onCandidate(JsonNode candidate, ChunkWriter out) {
    int choice = candidate.path("index").asInt(CHOICE);
    var reason = candidate.path("finishReason").asText("");
    // Before its parts: what went astray is not to be shown.
    if (ASTRAY.contains(reason)) {
      out.fail(ProviderFailures.notUnderstood());
      return;
    }
    for (var part : candidate.path("content").path("parts")) {
      onPart(choice, part, out);
    }
    var logprobs = LogprobsJson.of(candidate.path("logprobsResult"));
    if (!logprobs.isEmpty()) {
      out.logprobs(choice, logprobs);
    }
    if (!reason.isEmpty()) {
      onFinish(choice, reason, out);
    }
  }

  private void onPart(int choice, JsonNode part, ChunkWriter out) {
    var text = part.path("text").asText("");
    if (part.path("functionCall").isObject()) {
      onCall(choice, part, out);
    } else if (part.path("thought").asBoolean()) {
      out.reasoning(choice, text);
    } else {
      out.text(choice, text);
      if (!text.isEmpty()) {
        spoken.add(choice);
      }
      var signature = signature(part);
      if (signature != null) {
        out.extraContent(choice, signature);
      }
    }
  }

  private void onCall(int choice, JsonNode part, ChunkWriter out) {
    var call = part.path("functionCall");
    int index = calls.merge(choice, 1, Integer::sum) - 1;
    var id = call.path("id").asText("");
    var args = call.path("args");
    out.toolCall(
        choice,
        index,
        id.isEmpty() ? MINTED + UUID.randomUUID().toString().replace("-", "") : id,
        call.path("name").asText(""),
        args.isObject() ? args.toString() : "{}",
        signature(part));
  }

  private static @Nullable ObjectNode signature(JsonNode part) {
    var signature = part.path("thoughtSignature").asText("");
    if (signature.isEmpty()) {
      return null;
    }
    var extra = Json.MAPPER.createObjectNode();
    extra.putObject("google").put("thought_signature", signature);
    return extra;
  }

  private void onFinish(int choice, String reason, ChunkWriter out) {
    switch (reason) {
      case "MAX_TOKENS" -> out.finish(choice, "length");
      case "SAFETY",
          "RECITATION",
          "LANGUAGE",
          "BLOCKLIST",
          "PROHIBITED_CONTENT",
          "SPII",
          "MODEL_ARMOR",
          "IMAGE_SAFETY",
          "IMAGE_PROHIBITED_CONTENT",
          "IMAGE_RECITATION",
          "IMAGE_OTHER" ->
          out.finish(choice, "content_filter");
      default -> onStop(choice, out);
    }
  }

  private void onStop(int choice, ChunkWriter out) {
    boolean isCalling = calls.containsKey(choice);
    if (!isCalling && spoken.add(choice)) {
      // A model may stop before its first word; clients expect a text all the same.
      out.role(choice);
    }
    out.finish(choice, isCalling ? "tool_calls" : "stop");
  }

  /** Cached tokens are within the prompt's; thoughts are counted beside the candidates'. */
  private static Usage usage(JsonNode told) {
    long input =
        told.path("promptTokenCount").asLong() + told.path("toolUsePromptTokenCount").asLong();
    long thoughts = told.path("thoughtsTokenCount").asLong();
    return new Usage(
        input,
        Math.min(input, told.path("cachedContentTokenCount").asLong()),
        0L,
        0L,
        told.path("candidatesTokenCount").asLong() + thoughts,
        thoughts,
        false);
  }
}
