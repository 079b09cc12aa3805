package io.millrace.simulator.anthropic;

import static io.millrace.simulator.anthropic.AnthropicError.found;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether a body has the fields it must have, and no others. */
final class FieldChecks {
  private static final Set<String> KNOWN =
      Set.of(
          "model",
          "max_tokens",
          "messages",
          "system",
          "stream",
          "temperature",
          "top_p",
          "top_k",
          "stop_sequences",
          "tools",
          "tool_choice",
          "thinking",
          "metadata",
          "service_tier",
          "output_config",
          "cache_control",
          "container",
          "inference_geo",
          "speed",
          "workspace_id",
          "user_profile_id",
          "diagnostics");
  private static final Set<String> TIERS = Set.of("auto", "standard_only");
  private static final int CACHE_MARKS_MAX = 4;

  private FieldChecks() {}

  static Optional<AnthropicError> problem(JsonNode root) {
    return unknownProblem(root)
        .or(() -> required(root, "model", root.path("model").isTextual()))
        .or(() -> required(root, "max_tokens", root.path("max_tokens").isInt()))
        .or(() -> required(root, "messages", root.path("messages").isArray()))
        .or(
            () ->
                root.path("max_tokens").intValue() >= 1
                    ? Optional.empty()
                    : found("max_tokens: Input should be greater than or equal to 1"))
        .or(() -> stopProblem(root))
        .or(() -> tierProblem(root))
        .or(() -> metadataProblem(root))
        .or(() -> cacheProblem(root));
  }

  private static Optional<AnthropicError> unknownProblem(JsonNode root) {
    return root.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> !KNOWN.contains(name))
        .findFirst()
        .map(name -> AnthropicError.invalid(name + ": Extra inputs are not permitted"));
  }

  private static Optional<AnthropicError> required(JsonNode root, String name, boolean isRight) {
    if (isRight) {
      return Optional.empty();
    }
    return found(name + (root.has(name) ? ": Input is of the wrong type" : ": Field required"));
  }

  private static Optional<AnthropicError> stopProblem(JsonNode root) {
    for (JsonNode stop : root.path("stop_sequences")) {
      if (stop.asText().isBlank()) {
        return found("stop_sequences: each stop sequence must contain non-whitespace");
      }
    }
    return Optional.empty();
  }

  private static Optional<AnthropicError> tierProblem(JsonNode root) {
    return !root.has("service_tier") || TIERS.contains(root.path("service_tier").asText())
        ? Optional.empty()
        : found("service_tier: Input should be 'auto' or 'standard_only'");
  }

  private static Optional<AnthropicError> metadataProblem(JsonNode root) {
    return root.path("metadata").properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> !name.equals("user_id"))
        .findFirst()
        .map(
            name ->
                AnthropicError.invalid("metadata." + name + ": Extra inputs are not permitted"));
  }

  private static Optional<AnthropicError> cacheProblem(JsonNode root) {
    int marks = root.findValues("cache_control").size();
    return marks <= CACHE_MARKS_MAX
        ? Optional.empty()
        : found(
            "A maximum of %d blocks with cache_control may be provided. Found %d."
                .formatted(CACHE_MARKS_MAX, marks));
  }
}
