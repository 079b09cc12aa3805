package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Usage;
import io.millrace.workers.TokenEstimate;
import io.millrace.workers.canonical.Json;
import java.util.Optional;

/**
 * What an answer used. Anthropic counts what it read from its cache and what it wrote to it beside
 * the other input tokens; here they are part of the input. A stream tells the input at its
 * beginning and the output at its end, so until then the output is estimated.
 */
final class UsageTally {

  private final ObjectNode told = Json.MAPPER.createObjectNode();
  private long chars;

  /** Takes what is told; later figures replace earlier ones, as they are sums. */
  void add(JsonNode usage) {
    usage
        .properties()
        .forEach(
            figure -> {
              if (!figure.getValue().isNull()) {
                told.set(figure.getKey(), figure.getValue());
              }
            });
  }

  /** The model has said so much more. */
  void said(int more) {
    chars += more;
  }

  /** What the provider says; empty when it has not said what went in. */
  Optional<Usage> told() {
    return usage(count(told, "output_tokens"), false);
  }

  /** The same for an answer that may yet break off. */
  Optional<Usage> soFar() {
    long output = Math.max(count(told, "output_tokens"), TokenEstimate.ofChars(chars));
    return usage(output, true);
  }

  private Optional<Usage> usage(long output, boolean isEstimated) {
    if (!told.path("input_tokens").isNumber()) {
      return Optional.empty();
    }
    long cached = count(told, "cache_read_input_tokens");
    var writes = told.path("cache_creation");
    long writtenLong = count(writes, "ephemeral_1h_input_tokens");
    long written =
        Math.max(
            count(told, "cache_creation_input_tokens"),
            writtenLong + count(writes, "ephemeral_5m_input_tokens"));
    long reasoning = count(told.path("output_tokens_details"), "thinking_tokens");
    return Optional.of(
        new Usage(
            count(told, "input_tokens") + cached + written,
            cached,
            written,
            writtenLong,
            output,
            Math.min(reasoning, output),
            isEstimated));
  }

  private static long count(JsonNode node, String name) {
    return Math.max(0, node.path(name).asLong());
  }
}
