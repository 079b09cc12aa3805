package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.Verdict.ToolUse;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Hosts that speak OpenAI's form each in their own way, as far as a client must notice. */
enum Flavour {
  OPENAI(UsagePlace.OWN_CHUNK_WHEN_ASKED, "-requests", "-tokens"),
  AZURE(UsagePlace.OWN_CHUNK_WHEN_ASKED, "-requests", "-tokens"),
  GROQ(UsagePlace.X_GROQ, "-requests", "-tokens"),
  MISTRAL(UsagePlace.FINISH_CHUNK, "-req-minute", "-tokens-minute"),
  PERPLEXITY(UsagePlace.FINISH_CHUNK, "-requests", "-tokens");

  private static final Pattern MISTRAL_ID = Pattern.compile("[A-Za-z0-9]{9}");
  private static final Set<String> MISTRAL_FIELDS =
      Set.of(
          "model",
          "messages",
          "temperature",
          "top_p",
          "max_tokens",
          "stream",
          "stop",
          "random_seed",
          "metadata",
          "response_format",
          "tools",
          "tool_choice",
          "presence_penalty",
          "frequency_penalty",
          "n",
          "prediction",
          "parallel_tool_calls",
          "prompt_mode",
          "reasoning_effort",
          "safe_prompt",
          "service_tier",
          "prompt_cache_key",
          "input",
          "encoding_format",
          "output_dimension",
          "output_dtype");
  private static final Set<String> GROQ_LACKS = Set.of("logprobs", "top_logprobs", "logit_bias");
  private static final Set<String> PERPLEXITY_LACKS =
      Set.of("tools", "n", "seed", "logit_bias", "stream_options", "max_completion_tokens");

  /** Where a streamed answer tells its usage. */
  enum UsagePlace {
    OWN_CHUNK_WHEN_ASKED,
    FINISH_CHUNK,
    X_GROQ
  }

  private final UsagePlace usagePlace;
  private final String requestsSuffix;
  private final String tokensSuffix;

  Flavour(UsagePlace usagePlace, String requestsSuffix, String tokensSuffix) {
    this.usagePlace = usagePlace;
    this.requestsSuffix = requestsSuffix;
    this.tokensSuffix = tokensSuffix;
  }

  UsagePlace usagePlace() {
    return usagePlace;
  }

  /** How its headers for the limit of requests end. */
  String requestsSuffix() {
    return requestsSuffix;
  }

  String tokensSuffix() {
    return tokensSuffix;
  }

  /** What it refuses although OpenAI takes it. */
  Optional<OpenAiError> problem(JsonNode root) {
    return switch (this) {
      case OPENAI, AZURE -> Optional.empty();
      case GROQ -> lacking(root, GROQ_LACKS).or(() -> groqProblem(root));
      case MISTRAL -> mistralProblem(root);
      case PERPLEXITY -> lacking(root, PERPLEXITY_LACKS);
    };
  }

  private static Optional<OpenAiError> lacking(JsonNode root, Set<String> fields) {
    return fields.stream()
        .filter(field -> !Checks.isAbsent(root, field))
        .findFirst()
        .flatMap(field -> Checks.wrongValue(field, "it to be absent, as this is not supported"));
  }

  private static Optional<OpenAiError> groqProblem(JsonNode root) {
    if (root.path("n").asInt(1) != 1) {
      return Checks.wrongValue("n", "1");
    }
    return Optional.empty();
  }

  private static Optional<OpenAiError> mistralProblem(JsonNode root) {
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (!MISTRAL_FIELDS.contains(field.getKey())) {
        String message = "Extra inputs are not permitted: " + field.getKey();
        return Optional.of(new OpenAiError(422, "extra_forbidden", "", field.getKey(), message));
      }
    }
    for (JsonNode id : root.path("messages").findValues("id")) {
      if (!MISTRAL_ID.matcher(id.asText("")).matches()) {
        return Checks.wrongValue("messages", "tool call ids of nine letters and digits");
      }
    }
    return Optional.empty();
  }

  /** Puts into OpenAI's words what this host names otherwise, for those who read on. */
  void rename(ObjectNode root) {
    if (this == MISTRAL && root.has("output_dimension")) {
      root.set("dimensions", root.get("output_dimension"));
    }
  }

  String toolCallId(ToolUse use, int choice) {
    return this == MISTRAL
        ? use.id().substring(choice % 8, choice % 8 + 9)
        : "call_" + use.id() + (choice == 0 ? "" : "_" + choice);
  }
}
