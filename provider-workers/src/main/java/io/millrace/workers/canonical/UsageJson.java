package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Usage;
import java.util.Optional;

/** Reads and writes OpenAI's usage object, and the variants of hosts that speak its form. */
public final class UsageJson {

  private UsageJson() {}

  /** Usage told; empty when there is none or it does not say how much went in. */
  public static Optional<Usage> read(JsonNode usage) {
    long input = count(usage, "prompt_tokens", "input_tokens");
    if (input < 0) {
      return Optional.empty();
    }
    long output = Math.max(0, count(usage, "completion_tokens", "output_tokens"));
    var inputDetails = details(usage, "prompt_tokens_details", "input_tokens_details");
    var outputDetails = details(usage, "completion_tokens_details", "output_tokens_details");
    long cached = count(inputDetails, "cached_tokens");
    if (cached < 0) {
      cached = count(usage, "prompt_cache_hit_tokens");
    }
    long written = count(inputDetails, "cache_write_tokens");
    long reasoning = Math.max(0, count(outputDetails, "reasoning_tokens"));
    // Some hosts leave reasoning out of the output; their total gives it away.
    if (reasoning > 0 && count(usage, "total_tokens") == input + output + reasoning) {
      output += reasoning;
    }
    return Optional.of(
        new Usage(
            input,
            clamped(cached, input),
            clamped(written, input),
            0L,
            output,
            clamped(reasoning, output),
            false));
  }

  public static ObjectNode write(Usage usage) {
    var node = Json.MAPPER.createObjectNode();
    node.put("prompt_tokens", usage.getInputTokens());
    node.put("completion_tokens", usage.getOutputTokens());
    node.put("total_tokens", usage.getInputTokens() + usage.getOutputTokens());
    node.putObject("prompt_tokens_details")
        .put("cached_tokens", usage.getCachedInputTokens())
        .put("audio_tokens", 0);
    node.putObject("completion_tokens_details")
        .put("reasoning_tokens", usage.getReasoningTokens())
        .put("audio_tokens", 0)
        .put("accepted_prediction_tokens", 0)
        .put("rejected_prediction_tokens", 0);
    return node;
  }

  private static long count(JsonNode node, String... names) {
    for (var name : names) {
      var value = node.path(name);
      if (value.isNumber() && value.asLong() >= 0) {
        return value.asLong();
      }
    }
    return -1;
  }

  private static JsonNode details(JsonNode usage, String name, String otherName) {
    return usage.has(name) ? usage.path(name) : usage.path(otherName);
  }

  private static long clamped(long part, long whole) {
    return Math.min(Math.max(0, part), whole);
  }
}
