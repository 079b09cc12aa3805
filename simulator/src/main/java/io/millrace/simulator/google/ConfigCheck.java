package io.millrace.simulator.google;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What Google does not let pass beside the conversation. */
final class ConfigCheck {
  private static final Set<String> FIELDS =
      Set.of(
          "model",
          "contents",
          "systemInstruction",
          "tools",
          "toolConfig",
          "generationConfig",
          "safetySettings",
          "cachedContent",
          "labels",
          "serviceTier");
  private static final Set<String> CONFIG_FIELDS =
      Set.of(
          "maxOutputTokens",
          "temperature",
          "topP",
          "topK",
          "seed",
          "candidateCount",
          "stopSequences",
          "frequencyPenalty",
          "presencePenalty",
          "responseLogprobs",
          "logprobs",
          "responseMimeType",
          "responseSchema",
          "responseJsonSchema",
          "responseModalities",
          "mediaResolution",
          "thinkingConfig");
  private static final Pattern FUNCTION_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.:-]{0,63}");
  private static final int STOPS_MAX = 5;
  private static final int CANDIDATES_MAX = 8;
  private static final int LOGPROBS_MAX = 20;

  private ConfigCheck() {}

  static Optional<GoogleError> problem(JsonNode root) {
    JsonNode config = root.path("generationConfig");
    return unknown(root, FIELDS, "")
        .or(() -> unknown(config, CONFIG_FIELDS, " at 'generation_config'"))
        .or(() -> instructionProblem(root))
        .or(() -> range(config, "temperature", 0, 2))
        .or(() -> range(config, "topP", 0, 1))
        .or(() -> range(config, "maxOutputTokens", 1, Integer.MAX_VALUE))
        .or(() -> range(config, "candidateCount", 1, CANDIDATES_MAX))
        .or(() -> range(config, "logprobs", 0, LOGPROBS_MAX))
        .or(() -> combinationProblem(config))
        .or(() -> toolsProblem(root));
  }

  private static Optional<GoogleError> unknown(JsonNode node, Set<String> known, String where) {
    for (var field : node.properties()) {
      if (!known.contains(field.getKey())) {
        return invalid(
            "Invalid JSON payload received. Unknown name \"%s\"%s: Cannot find field."
                .formatted(field.getKey(), where));
      }
    }
    return Optional.empty();
  }

  private static Optional<GoogleError> instructionProblem(JsonNode root) {
    return root.has("systemInstruction")
        ? ContentsCheck.partsProblem(root.at("/systemInstruction/parts"), "system_instruction")
        : Optional.empty();
  }

  private static Optional<GoogleError> range(JsonNode config, String name, double min, double max) {
    JsonNode value = config.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    return value.isNumber() && value.doubleValue() >= min && value.doubleValue() <= max
        ? Optional.empty()
        : invalid("* GenerateContentRequest.generation_config.%s: out of range.".formatted(name));
  }

  private static Optional<GoogleError> combinationProblem(JsonNode config) {
    if (config.path("stopSequences").size() > STOPS_MAX) {
      return invalid("The maximum number of stop sequences is " + STOPS_MAX + ".");
    }
    if (config.has("logprobs") && !config.path("responseLogprobs").asBoolean()) {
      return invalid("logprobs may be set only when response_logprobs is true.");
    }
    JsonNode thinking = config.path("thinkingConfig");
    if (thinking.has("thinkingBudget") && thinking.has("thinkingLevel")) {
      return invalid("You can only set only one of thinking budget and thinking level.");
    }
    boolean hasSchema = config.has("responseJsonSchema") || config.has("responseSchema");
    boolean isJson = config.path("responseMimeType").asText().equals("application/json");
    return hasSchema && !isJson
        ? invalid("A response schema wants the response mime type application/json.")
        : Optional.empty();
  }

  private static Optional<GoogleError> toolsProblem(JsonNode root) {
    for (JsonNode tool : root.path("tools")) {
      for (JsonNode function : tool.path("functionDeclarations")) {
        if (!FUNCTION_NAME.matcher(function.path("name").asText()).matches()) {
          return invalid("Invalid function name. Must start with a letter or an underscore.");
        }
        if (function.has("parameters") && function.has("parametersJsonSchema")) {
          return invalid("Only one of parameters and parameters_json_schema may be set.");
        }
      }
    }
    JsonNode calling = root.at("/toolConfig/functionCallingConfig");
    boolean isAny = calling.path("mode").asText().equals("ANY");
    if (isAny && root.path("tools").isEmpty()) {
      return invalid("Function calling config is set without function_declarations.");
    }
    return calling.has("allowedFunctionNames") && !isAny
        ? invalid("Allowed function names may be set only when the mode is ANY.")
        : Optional.empty();
  }

  private static Optional<GoogleError> invalid(String message) {
    return Optional.of(GoogleError.invalid(message));
  }
}
