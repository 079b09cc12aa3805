package io.millrace.workers.google;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.nio.charset.StandardCharsets;

/** Google's log probabilities as OpenAI's {@code logprobs.content}. */
final class LogprobsJson {

  private LogprobsJson() {}

  /** One entry for each LLM token; empty when the result tells none. */
  static ArrayNode of(JsonNode result) {
    var content = Json.MAPPER.createArrayNode();
    var chosen = result.path("chosenCandidates");
    for (int i = 0; i < chosen.size(); i++) {
      var entry = entry(chosen.path(i));
      var top = entry.putArray("top_logprobs");
      result
          .path("topCandidates")
          .path(i)
          .path("candidates")
          .forEach(candidate -> top.add(entry(candidate)));
      content.add(entry);
    }
    return content;
  }

  private static ObjectNode entry(JsonNode candidate) {
    var token = candidate.path("token").asText("");
    var entry = Json.MAPPER.createObjectNode().put("token", token);
    var logprob = candidate.path("logProbability");
    // A probability of one is a zero, which Google leaves out.
    entry.set("logprob", logprob.isNumber() ? logprob : Json.MAPPER.getNodeFactory().numberNode(0));
    var bytes = entry.putArray("bytes");
    for (byte b : token.getBytes(StandardCharsets.UTF_8)) {
      bytes.add(Byte.toUnsignedInt(b));
    }
    return entry;
  }
}
