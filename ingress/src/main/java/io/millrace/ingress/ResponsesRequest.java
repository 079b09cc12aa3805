package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.ingress.ApiError.Kind;
import io.millrace.schemas.Need;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the body of a call that creates a response, in OpenAI's words. Fields that are not known
 * are let through, a provider may know them.
 */
final class ResponsesRequest {

  private static final long TOKENS_MAX = 10_000_000;
  private static final int OUTPUT_TOKENS_MIN = 16;
  private static final int TOOLS_MAX = 128;
  private static final int SAFETY_IDENTIFIER_MAX = 128;
  private static final Set<String> INCLUDABLE =
      Set.of(
          "file_search_call.results",
          "web_search_call.results",
          "web_search_call.action.sources",
          "message.input_image.image_url",
          "computer_call_output.output.image_url",
          "code_interpreter_call.outputs",
          "reasoning.encrypted_content",
          "message.output_text.logprobs");
  private static final Set<String> EFFORTS =
      Set.of("none", "minimal", "low", "medium", "high", "xhigh", "max");
  private static final Set<String> SUMMARIES = Set.of("auto", "concise", "detailed");
  private static final Set<String> MODES = Set.of("standard", "pro");
  private static final Set<String> VERBOSITIES = Set.of("low", "medium", "high");
  private static final Set<String> TRUNCATIONS = Set.of("auto", "disabled");
  private static final Set<String> CHOICES = Set.of("none", "auto", "required");
  private static final Set<String> FORMATS = Set.of("text", "json_object", "json_schema");
  private static final Set<String> TIERS =
      Set.of("auto", "default", "flex", "scale", "priority", "fast", "ultrafast");
  private static final List<String> FLAGS =
      List.of("background", "store", "stream", "parallel_tool_calls");

  private final FieldChecks fields = new FieldChecks();
  private final JsonNode body;
  private final ResponseInput input = new ResponseInput(fields);

  private ResponsesRequest(JsonNode body) {
    this.body = body;
  }

  static Checked<ModelCall> check(JsonNode body, int bodyBytes) {
    return new ResponsesRequest(body).call(bodyBytes);
  }

  private Checked<ModelCall> call(int bodyBytes) {
    refuseWhatIsNotOffered();
    var model = fields.requiredText(body, "model", "model");
    var previous = fields.text(body, "previous_response_id", "previous_response_id");
    input.check(body, previous.isEmpty());
    fields.text(body, "instructions", "instructions").ifPresent(input::count);
    FLAGS.forEach(flag -> fields.flag(body, flag));
    checkStreamOptions();
    checkInclude();
    checkSampling();
    checkText();
    checkReasoning();
    fields.eachObject(body, "tools", TOOLS_MAX, this::checkTool);
    checkToolChoice();
    fields.metadata(body);
    fields.text(body, "prompt_cache_key", "prompt_cache_key");
    fields.textAtMost(body, "safety_identifier", SAFETY_IDENTIFIER_MAX);
    var user = fields.text(body, "user", "user");
    fields.integer(body, "max_tool_calls", 1, TOKENS_MAX);
    var outputMax = outputTokensMax();
    return fields.result(
        () ->
            new ModelCall(
                model,
                fields.flag(body, "stream"),
                1,
                user.orElse(null),
                input.tokensEstimated(),
                ChatRequest.saturated((long) bodyBytes + input.tokensOfImagesMax()),
                input.tokensEstimated(),
                outputMax,
                needs(),
                isStored(body) || isBackground(body)));
  }

  static Optional<ApiError> problemOfLine(JsonNode body) {
    for (var name : List.of("previous_response_id", "background")) {
      var field = body.path(name);
      if (field.isTextual() || field.asBoolean(false)) {
        return Optional.of(
            new ApiError(
                Kind.UNSUPPORTED_PARAMETER,
                "Unsupported parameter: '%s' is not offered in a line of a batch.".formatted(name),
                name));
      }
    }
    return Optional.empty();
  }

  static boolean isBackground(JsonNode body) {
    return body.path("background").asBoolean(false);
  }

  /** A response is stored unless the client says that it shall not be. */
  static boolean isStored(JsonNode body) {
    return body.path("store").asBoolean(true);
  }

  private void refuseWhatIsNotOffered() {
    if (!FieldChecks.isAbsent(body, "conversation")) {
      if (!FieldChecks.isAbsent(body, "previous_response_id")) {
        fields.fail(
            Kind.INVALID_VALUE,
            "previous_response_id",
            "Mutually exclusive parameters: 'previous_response_id' and 'conversation'.");
      }
      fields.fail(
          Kind.UNSUPPORTED_PARAMETER,
          "conversation",
          "Unsupported parameter: 'conversation'. Conversations are not offered; use"
              + " 'previous_response_id'.");
    }
    if (!FieldChecks.isAbsent(body, "prompt")) {
      fields.fail(
          Kind.UNSUPPORTED_PARAMETER,
          "prompt",
          "Unsupported parameter: 'prompt'. Stored prompts are not offered; send 'instructions' and"
              + " 'input'.");
    }
  }

  private @Nullable Integer outputTokensMax() {
    return fields
        .integer(body, "max_output_tokens", OUTPUT_TOKENS_MIN, TOKENS_MAX)
        .map(ChatRequest::saturated)
        .orElse(null);
  }

  private void checkStreamOptions() {
    var options = objectAt("stream_options");
    if (options != null && !fields.flag(body, "stream")) {
      fields.fail(
          Kind.INVALID_VALUE,
          "stream_options",
          "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
    }
  }

  private void checkInclude() {
    if (FieldChecks.isAbsent(body, "include")) {
      return;
    }
    var include = body.get("include");
    if (!include.isArray()) {
      fields.wrongType("include", "an array of strings", include);
      return;
    }
    for (int i = 0; i < include.size() && !fields.failed(); i++) {
      var path = "include[" + i + "]";
      var one = include.get(i);
      if (!one.isTextual()) {
        fields.wrongType(path, "a string", one);
      } else if (!INCLUDABLE.contains(one.textValue())) {
        fields.unknownValue(path, one.textValue(), INCLUDABLE);
      }
    }
  }

  private void checkSampling() {
    fields.number(body, "temperature", 0, 2);
    fields.number(body, "top_p", 0, 1);
    fields.integer(body, "top_logprobs", 0, 20);
    fields.oneOf(body, "truncation", "truncation", TRUNCATIONS);
    fields.oneOf(body, "service_tier", "service_tier", TIERS);
  }

  private void checkText() {
    var text = objectAt("text");
    if (text == null) {
      return;
    }
    fields.oneOf(text, "verbosity", "text.verbosity", VERBOSITIES);
    if (FieldChecks.isAbsent(text, "format")) {
      return;
    }
    var format = text.get("format");
    if (!format.isObject()) {
      fields.wrongType("text.format", "an object", format);
      return;
    }
    var type = fields.requiredText(format, "type", "text.format.type");
    if (!fields.failed() && !FORMATS.contains(type)) {
      fields.unknownValue("text.format.type", type, FORMATS);
    }
    if (type.equals("json_schema")) {
      fields.toolName(format, "text.format.name");
      if (!format.path("schema").isObject()) {
        fields.missing("text.format.schema");
      }
    }
  }

  private void checkReasoning() {
    var reasoning = objectAt("reasoning");
    if (reasoning != null) {
      fields.oneOf(reasoning, "effort", "reasoning.effort", EFFORTS);
      fields.oneOf(reasoning, "summary", "reasoning.summary", SUMMARIES);
      fields.oneOf(reasoning, "mode", "reasoning.mode", MODES);
    }
  }

  /** Tools that a provider runs itself are let through; it knows which it has. */
  private void checkTool(JsonNode tool, String path) {
    var type = fields.requiredText(tool, "type", path + ".type");
    if (type.equals("function") || type.equals("custom")) {
      fields.toolName(tool, path + ".name");
    }
    if (type.equals("function")
        && !FieldChecks.isAbsent(tool, "parameters")
        && !tool.get("parameters").isObject()) {
      fields.wrongType(path + ".parameters", "an object", tool.get("parameters"));
    }
  }

  private void checkToolChoice() {
    if (FieldChecks.isAbsent(body, "tool_choice")) {
      return;
    }
    var choice = body.get("tool_choice");
    if (choice.isTextual()) {
      fields.oneOf(body, "tool_choice", "tool_choice", CHOICES);
    } else if (!choice.isObject()) {
      fields.wrongType("tool_choice", "a string or an object", choice);
    } else if (fields.requiredText(choice, "type", "tool_choice.type").equals("function")) {
      fields.requiredText(choice, "name", "tool_choice.name");
    }
  }

  private @Nullable JsonNode objectAt(String name) {
    if (FieldChecks.isAbsent(body, name)) {
      return null;
    }
    var field = body.get(name);
    if (field.isObject()) {
      return field;
    }
    fields.wrongType(name, "an object", field);
    return null;
  }

  /** What not every model can do and this call cannot do without. */
  private List<Need> needs() {
    var needs = EnumSet.noneOf(Need.class);
    needs.addAll(input.needs());
    if (!body.path("tools").isEmpty()) {
      needs.add(Need.TOOLS);
    }
    if (body.path("text").path("format").path("type").asText().equals("json_schema")) {
      needs.add(Need.JSON_SCHEMA);
    }
    return List.copyOf(needs);
  }
}
