package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.Capabilities;
import io.millrace.workers.ClientError;
import io.millrace.workers.Feature;
import io.millrace.workers.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Goes through one request for what its provider cannot do. A field whose value asks for nothing,
 * such as {@code n: 1}, is no matter. A field that only tunes the answer is dropped or refused, as
 * the provider's configuration says; one without which the answer would be another thing, such as
 * tools, is always refused.
 */
public final class ParameterCheck {

  private static final Map<String, Field> FIELDS = fields();

  /** Fields that every adapter reads, or that are Millrace's own. */
  private static final Set<String> ALWAYS =
      Set.of(
          "model",
          "messages",
          "stream",
          "stream_options",
          "max_tokens",
          "max_completion_tokens",
          "input",
          "encoding_format");

  private final Capabilities capabilities;
  private final UnsupportedParameters policy;
  private final List<String> dropped = new ArrayList<>();
  private Outcome.@Nullable Failure refusal;

  /**
   * A request field.
   *
   * @param isNeutral true of a value that asks for nothing
   * @param isEssential true when the answer without it would be another thing
   */
  private record Field(Feature feature, Predicate<JsonNode> isNeutral, boolean isEssential) {}

  public ParameterCheck(Capabilities capabilities, UnsupportedParameters policy) {
    this.capabilities = capabilities;
    this.policy = policy;
  }

  /**
   * Removes from the request what is to be dropped.
   *
   * @param own fields of the provider's own that the adapter passes on
   */
  public void apply(ObjectNode request, Set<String> own) {
    for (var name : List.copyOf(request.properties().stream().map(Map.Entry::getKey).toList())) {
      var value = request.path(name);
      var field = FIELDS.get(name);
      if (value.isNull()) {
        request.remove(name);
      } else if (!ALWAYS.contains(name) && !own.contains(name)) {
        if (field == null) {
          unsupported(request, name);
        } else if (!capabilities.has(field.feature())) {
          onLacking(request, name, field);
        }
      }
    }
  }

  private void onLacking(ObjectNode request, String name, Field field) {
    if (field.isNeutral().test(request.path(name))) {
      request.remove(name);
    } else if (field.isEssential()) {
      refuse(name, name);
    } else {
      unsupported(request, name);
    }
  }

  /** Drops or refuses a field that this model, or this value of it, cannot have. */
  public void unsupported(ObjectNode request, String name) {
    request.remove(name);
    if (policy == UnsupportedParameters.REJECT) {
      refuse(name, name);
    } else if (!dropped.contains(name)) {
      dropped.add(name);
    }
  }

  /**
   * Refuses whatever the configuration says.
   *
   * @param what names it in the message, such as image input
   */
  public void refuse(String parameter, String what) {
    if (refusal == null) {
      refusal = unsupportedFailure(parameter, what);
    }
  }

  /** Why the request is refused; empty when it is not. */
  public Optional<Outcome.Failure> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** Names of the fields that were dropped. */
  public List<String> dropped() {
    return List.copyOf(dropped);
  }

  /** 400 {@code unsupported_parameter}, naming it. */
  public static Outcome.Failure unsupportedFailure(String parameter, String what) {
    return Outcome.Failure.of(
        Verdict.INVALID,
        new ClientError(
            400,
            "invalid_request_error",
            "unsupported_parameter",
            parameter,
            "Unsupported parameter: the provider of this model does not support " + what + "."));
  }

  private static Map<String, Field> fields() {
    var fields = new LinkedHashMap<String, Field>();
    Predicate<JsonNode> never = value -> false;
    tuning(fields, Feature.TEMPERATURE, "temperature", value -> value.asDouble() == 1.0);
    tuning(fields, Feature.TOP_P, "top_p", value -> value.asDouble() == 1.0);
    tuning(fields, Feature.STOP, "stop", value -> value.isArray() && value.isEmpty());
    tuning(fields, Feature.SEED, "seed", never);
    tuning(fields, Feature.CHOICES, "n", value -> value.asInt() == 1);
    tuning(fields, Feature.LOGPROBS, "logprobs", value -> !value.asBoolean());
    tuning(fields, Feature.LOGPROBS, "top_logprobs", value -> value.asInt() == 0);
    tuning(fields, Feature.LOGIT_BIAS, "logit_bias", JsonNode::isEmpty);
    tuning(fields, Feature.PENALTIES, "frequency_penalty", value -> value.asDouble() == 0);
    tuning(fields, Feature.PENALTIES, "presence_penalty", value -> value.asDouble() == 0);
    tuning(fields, Feature.REASONING_EFFORT, "reasoning_effort", never);
    tuning(fields, Feature.VERBOSITY, "verbosity", value -> value.asText().equals("medium"));
    tuning(fields, Feature.USER, "user", never);
    tuning(fields, Feature.USER, "safety_identifier", never);
    Predicate<JsonNode> isUsualTier =
        value -> value.asText().equals("auto") || value.asText().equals("default");
    tuning(fields, Feature.SERVICE_TIER, "service_tier", isUsualTier);
    tuning(fields, Feature.PREDICTION, "prediction", never);
    tuning(fields, Feature.WEB_SEARCH, "web_search_options", never);
    tuning(fields, Feature.PROMPT_CACHE, "prompt_cache_key", never);
    tuning(fields, Feature.PROMPT_CACHE, "prompt_cache_retention", never);
    tuning(fields, Feature.STORED, "store", value -> !value.asBoolean());
    tuning(fields, Feature.STORED, "metadata", JsonNode::isEmpty);
    tuning(fields, Feature.PARALLEL_TOOL_CALLS, "parallel_tool_calls", JsonNode::asBoolean);
    tuning(fields, Feature.DIMENSIONS, "dimensions", never);
    essential(fields, Feature.TOOLS, "tools", JsonNode::isEmpty);
    essential(
        fields,
        Feature.TOOL_CHOICE,
        "tool_choice",
        value -> value.asText().equals("auto") || value.asText().equals("none"));
    essential(
        fields,
        Feature.JSON_OBJECT,
        "response_format",
        value -> value.path("type").asText().equals("text"));
    essential(
        fields,
        Feature.AUDIO_OUTPUT,
        "modalities",
        value -> value.size() == 1 && value.path(0).asText().equals("text"));
    essential(fields, Feature.AUDIO_OUTPUT, "audio", never);
    return Map.copyOf(fields);
  }

  private static void tuning(
      Map<String, Field> fields, Feature feature, String name, Predicate<JsonNode> isNeutral) {
    fields.put(name, new Field(feature, isNeutral, false));
  }

  private static void essential(
      Map<String, Field> fields, Feature feature, String name, Predicate<JsonNode> isNeutral) {
    fields.put(name, new Field(feature, isNeutral, true));
  }
}
