package io.millrace.simulator.anthropic;

import static io.millrace.simulator.anthropic.AnthropicError.found;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether a model takes the sampling and the thinking it is asked for. */
final class ModelChecks {
  private static final Pattern VERSION =
      Pattern.compile("claude-[a-z]+-(\\d{1,2})(?:-(\\d))?(?!\\d)");
  private static final int LAST_SAMPLING_VERSION = 46;

  /** From this version of the API on, no model takes sampling parameters. */
  private static final String VERSION_WITHOUT_SAMPLING = "2026-10-21";

  private static final Set<String> THINKING = Set.of("enabled", "adaptive", "between_tools");
  private static final int BUDGET_MIN = 1024;

  private ModelChecks() {}

  static Optional<AnthropicError> problem(JsonNode root, String apiVersion) {
    return rangeProblem(root, "temperature")
        .or(() -> rangeProblem(root, "top_p"))
        .or(() -> samplingProblem(root, apiVersion))
        .or(() -> isThinking(root) ? thinkingProblem(root) : Optional.empty());
  }

  static boolean isThinking(JsonNode root) {
    return THINKING.contains(root.path("thinking").path("type").asText());
  }

  private static Optional<AnthropicError> rangeProblem(JsonNode root, String name) {
    double value = root.path(name).asDouble(0);
    return value >= 0 && value <= 1
        ? Optional.empty()
        : found(name + ": Input should be from 0 to 1");
  }

  private static Optional<AnthropicError> samplingProblem(JsonNode root, String apiVersion) {
    boolean isNever = apiVersion.compareTo(VERSION_WITHOUT_SAMPLING) >= 0;
    if (!isNever && version(root) <= LAST_SAMPLING_VERSION) {
      return Optional.empty();
    }
    boolean isTemperature = root.has("temperature") && (isNever || value(root, "temperature") != 1);
    boolean isTopP = root.has("top_p") && (isNever || value(root, "top_p") < 0.99);
    if (isTemperature || isTopP || root.has("top_k")) {
      String name = isTemperature ? "temperature" : isTopP ? "top_p" : "top_k";
      return found(name + ": is not supported by this model");
    }
    return Optional.empty();
  }

  private static double value(JsonNode root, String name) {
    return root.path(name).asDouble();
  }

  /** Ten times the major number, and the minor one; 0 of a name that says neither. */
  private static int version(JsonNode root) {
    var found = VERSION.matcher(root.path("model").asText());
    if (!found.lookingAt()) {
      return 0;
    }
    int minor = found.group(2) == null ? 0 : Integer.parseInt(found.group(2));
    return 10 * Integer.parseInt(found.group(1)) + minor;
  }

  private static Optional<AnthropicError> thinkingProblem(JsonNode root) {
    JsonNode thinking = root.path("thinking");
    boolean isBudget = thinking.path("type").asText().equals("enabled");
    int budget = thinking.path("budget_tokens").asInt();
    if (isBudget && budget < BUDGET_MIN) {
      return found("thinking.enabled.budget_tokens: Input should be at least " + BUDGET_MIN);
    }
    if (isBudget && root.path("max_tokens").asInt() <= budget) {
      return found("`max_tokens` must be greater than `thinking.budget_tokens`.");
    }
    String choice = root.path("tool_choice").path("type").asText();
    if (choice.equals("any") || choice.equals("tool")) {
      return found("Thinking may not be enabled when tool_choice forces tool use.");
    }
    if (root.has("temperature") && value(root, "temperature") != 1) {
      return found("`temperature` may only be set to 1 when thinking is enabled.");
    }
    return isBudget ? thoughtlessProblem(root.path("messages")) : Optional.empty();
  }

  /** A turn of the assistant that called tools must have been thought about. */
  private static Optional<AnthropicError> thoughtlessProblem(JsonNode messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      JsonNode message = messages.get(i);
      if (message.path("role").asText().equals("assistant")) {
        JsonNode content = message.path("content");
        boolean hasUse =
            content.valueStream().anyMatch(block -> block.path("type").asText().equals("tool_use"));
        String first = content.path(0).path("type").asText();
        return hasUse && !first.endsWith("thinking")
            ? found(
                ("messages.%d.content.0.type: Expected `thinking` or `redacted_thinking`, but"
                        + " found `%s`.")
                    .formatted(i, first))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
