package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.ingress.ApiError.Kind;
import java.util.Optional;
import java.util.Set;

/**
 * Checks what a chat call says beside its messages and tools, as far as OpenAI's own face fixes it.
 * Values that providers name themselves, such as tiers, are only checked for their type.
 */
final class ChatOptions {

  private static final int STOPS_MAX = 4;
  private static final double BIAS_MAX = 100;
  private static final int SAFETY_IDENTIFIER_MAX = 128;
  private static final Set<String> FORMATS = Set.of("text", "json_object", "json_schema");
  private static final Set<String> EFFORTS =
      Set.of("none", "minimal", "low", "medium", "high", "xhigh", "max");
  private static final Set<String> VERBOSITIES = Set.of("low", "medium", "high");
  private static final Set<String> MODALITIES = Set.of("text", "audio");
  private static final Set<String> AUDIO_FORMATS =
      Set.of("wav", "aac", "mp3", "flac", "opus", "pcm16");
  private static final Set<String> RETENTIONS = Set.of("in_memory", "24h");
  private static final Set<String> CHOICES = Set.of("none", "auto", "required");
  private static final Set<String> MODES = Set.of("auto", "required");

  private final FieldChecks fields;
  private final JsonNode body;

  ChatOptions(FieldChecks fields, JsonNode body) {
    this.fields = fields;
    this.body = body;
  }

  void check(boolean stream) {
    checkStreamOptions(stream);
    checkSampling();
    checkStop();
    checkLogitBias();
    checkResponseFormat();
    fields.oneOf(body, "reasoning_effort", "reasoning_effort", EFFORTS);
    fields.oneOf(body, "verbosity", "verbosity", VERBOSITIES);
    checkModalities();
    checkToolChoice();
    fields.flag(body, "parallel_tool_calls");
    checkFunctions();
    checkBookkeeping();
  }

  private void checkStreamOptions(boolean stream) {
    var options = object(body, "stream_options", "stream_options");
    if (options.isEmpty()) {
      return;
    }
    if (!stream) {
      fields.fail(
          Kind.INVALID_VALUE,
          "stream_options",
          "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
    }
    flag(options.get(), "include_usage", "stream_options.include_usage");
    flag(options.get(), "include_obfuscation", "stream_options.include_obfuscation");
  }

  private void checkSampling() {
    fields.number(body, "temperature", 0, 2);
    fields.number(body, "top_p", 0, 1);
    fields.number(body, "presence_penalty", -2, 2);
    fields.number(body, "frequency_penalty", -2, 2);
    fields.integer(body, "seed", Long.MIN_VALUE, Long.MAX_VALUE);
    boolean logprobs = fields.flag(body, "logprobs");
    if (fields.integer(body, "top_logprobs", 0, 20).isPresent() && !logprobs) {
      fields.fail(
          Kind.INVALID_VALUE,
          "top_logprobs",
          "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.");
    }
  }

  private void checkStop() {
    if (FieldChecks.isAbsent(body, "stop") || body.get("stop").isTextual()) {
      return;
    }
    var stop = body.get("stop");
    if (!stop.isArray()) {
      fields.wrongType("stop", "a string or an array of strings", stop);
    } else if (stop.size() > STOPS_MAX) {
      fields.fail(
          Kind.ARRAY_TOO_LONG,
          "stop",
          "Invalid 'stop': array too long. Expected at most 4, but got " + stop.size() + ".");
    } else {
      for (int i = 0; i < stop.size(); i++) {
        if (!stop.get(i).isTextual()) {
          fields.wrongType("stop[" + i + "]", "a string", stop.get(i));
        }
      }
    }
  }

  private void checkLogitBias() {
    object(body, "logit_bias", "logit_bias")
        .ifPresent(
            biases ->
                biases.properties().forEach(bias -> checkBias(bias.getKey(), bias.getValue())));
  }

  private void checkBias(String token, JsonNode bias) {
    var path = "logit_bias." + ApiError.shown(token);
    if (!bias.isNumber()) {
      fields.wrongType(path, "a number", bias);
    } else if (Math.abs(bias.doubleValue()) > BIAS_MAX) {
      fields.fail(
          bias.doubleValue() > 0 ? Kind.DECIMAL_ABOVE_MAX : Kind.DECIMAL_BELOW_MIN,
          path,
          "Invalid value for '%s': %s. Expected -100 to 100.".formatted(path, bias.asText()));
    }
  }

  private void checkResponseFormat() {
    var format = object(body, "response_format", "response_format");
    if (format.isEmpty()) {
      return;
    }
    var type = required(format.get(), "type", "response_format.type", FORMATS);
    if (type.equals("json_schema")) {
      inner(format.get(), "json_schema", "response_format.json_schema")
          .ifPresent(
              schema -> {
                fields.toolName(schema, "response_format.json_schema.name");
                object(schema, "schema", "response_format.json_schema.schema");
                flag(schema, "strict", "response_format.json_schema.strict");
              });
    }
  }

  private void checkModalities() {
    if (!FieldChecks.isAbsent(body, "modalities")) {
      var modalities = body.get("modalities");
      if (!modalities.isArray()) {
        fields.wrongType("modalities", "an array of strings", modalities);
      }
      for (int i = 0; i < modalities.size(); i++) {
        if (!MODALITIES.contains(modalities.get(i).asText())) {
          fields.unknownValue("modalities[" + i + "]", modalities.get(i).asText(), MODALITIES);
        }
      }
    }
    object(body, "audio", "audio")
        .ifPresent(
            audio -> {
              required(audio, "format", "audio.format", AUDIO_FORMATS);
              if (FieldChecks.isAbsent(audio, "voice")) {
                fields.missing("audio.voice");
              }
            });
    object(body, "prediction", "prediction")
        .ifPresent(
            prediction -> {
              required(prediction, "type", "prediction.type", Set.of("content"));
              if (FieldChecks.isAbsent(prediction, "content")) {
                fields.missing("prediction.content");
              }
            });
  }

  private void checkToolChoice() {
    if (FieldChecks.isAbsent(body, "tool_choice")) {
      return;
    }
    var choice = body.get("tool_choice");
    if (choice.isTextual()) {
      fields.oneOf(body, "tool_choice", "tool_choice", CHOICES);
      return;
    }
    if (!choice.isObject()) {
      fields.wrongType("tool_choice", "a string or an object", choice);
      return;
    }
    var type =
        required(choice, "type", "tool_choice.type", Set.of("function", "custom", "allowed_tools"));
    var inner =
        fields.failed() ? Optional.<JsonNode>empty() : inner(choice, type, "tool_choice." + type);
    if (inner.isPresent() && type.equals("allowed_tools")) {
      required(inner.get(), "mode", "tool_choice.allowed_tools.mode", MODES);
      if (!inner.get().path("tools").isArray()) {
        fields.missing("tool_choice.allowed_tools.tools");
      }
    } else if (inner.isPresent()) {
      fields.requiredText(inner.get(), "name", "tool_choice." + type + ".name");
    }
  }

  /** What tools were before they were tools. */
  private void checkFunctions() {
    if (!FieldChecks.isAbsent(body, "functions")) {
      var functions = body.get("functions");
      if (!functions.isArray()) {
        fields.wrongType("functions", "an array of objects", functions);
      }
      for (int i = 0; i < functions.size(); i++) {
        fields.toolName(functions.get(i), "functions[" + i + "].name");
      }
    }
    if (!FieldChecks.isAbsent(body, "function_call")) {
      var call = body.get("function_call");
      if (call.isObject()) {
        fields.requiredText(call, "name", "function_call.name");
      } else {
        fields.oneOf(body, "function_call", "function_call", Set.of("none", "auto"));
      }
    }
  }

  private void checkBookkeeping() {
    fields.flag(body, "store");
    fields.metadata(body);
    fields.text(body, "service_tier", "service_tier");
    fields.textAtMost(body, "safety_identifier", SAFETY_IDENTIFIER_MAX);
    fields.text(body, "prompt_cache_key", "prompt_cache_key");
    fields.oneOf(body, "prompt_cache_retention", "prompt_cache_retention", RETENTIONS);
    object(body, "prompt_cache_options", "prompt_cache_options");
    object(body, "moderation", "moderation");
    object(body, "web_search_options", "web_search_options");
  }

  private String required(JsonNode owner, String name, String path, Set<String> known) {
    var given = fields.requiredText(owner, name, path);
    if (!fields.failed() && !known.contains(given)) {
      fields.unknownValue(path, given, known);
    }
    return given;
  }

  private void flag(JsonNode owner, String name, String path) {
    if (!FieldChecks.isAbsent(owner, name) && !owner.get(name).isBoolean()) {
      fields.wrongType(path, "a boolean", owner.get(name));
    }
  }

  private Optional<JsonNode> inner(JsonNode owner, String name, String path) {
    if (FieldChecks.isAbsent(owner, name)) {
      fields.missing(path);
    }
    return object(owner, name, path);
  }

  /** The object of this name, if there is one. */
  private Optional<JsonNode> object(JsonNode owner, String name, String path) {
    if (FieldChecks.isAbsent(owner, name)) {
      return Optional.empty();
    }
    var field = owner.get(name);
    if (!field.isObject()) {
      fields.wrongType(path, "an object", field);
      return Optional.empty();
    }
    return Optional.of(field);
  }
}
