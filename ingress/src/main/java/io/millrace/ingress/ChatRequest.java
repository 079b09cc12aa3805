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
 * Checks the body of a chat call: what every provider would refuse is refused here, with OpenAI's
 * words. Fields that are not known are let through, a provider may know them.
 */
final class ChatRequest {

  private static final long TOKENS_MAX = 10_000_000;
  private static final int CHOICES_MAX = 128;
  private static final int TOOLS_MAX = 128;
  private static final int STOPS_MAX = 4;
  private static final Set<String> TOOL_TYPES = Set.of("function", "custom");

  private final FieldChecks fields = new FieldChecks();
  private final JsonNode body;
  private final ChatMessages messages = new ChatMessages(fields);

  private ChatRequest(JsonNode body) {
    this.body = body;
  }

  static Checked<ModelCall> check(JsonNode body, int bodyBytes) {
    return new ChatRequest(body).call(bodyBytes);
  }

  private Checked<ModelCall> call(int bodyBytes) {
    var model = fields.requiredText(body, "model", "model");
    messages.check(body);
    boolean stream = fields.flag(body, "stream");
    checkStreamOptions(stream);
    checkSampling();
    int choices = fields.integer(body, "n", 1, CHOICES_MAX).map(Long::intValue).orElse(1);
    var outputMax = outputTokensMax(choices);
    checkTools();
    var user = fields.text(body, "user", "user");
    return fields.result(
        () ->
            new ModelCall(
                model,
                stream,
                choices,
                user.orElse(null),
                messages.tokensEstimated(),
                saturated((long) bodyBytes + messages.tokensOfImagesMax()),
                messages.tokensEstimated(),
                outputMax,
                needs()));
  }

  private void checkStreamOptions(boolean stream) {
    if (FieldChecks.isAbsent(body, "stream_options")) {
      return;
    }
    var options = body.get("stream_options");
    if (!options.isObject()) {
      fields.wrongType("stream_options", "an object", options);
    } else if (!stream) {
      fields.fail(
          Kind.INVALID_VALUE,
          "stream_options",
          "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
    }
  }

  private void checkSampling() {
    fields.number(body, "temperature", 0, 2);
    fields.number(body, "top_p", 0, 1);
    fields.number(body, "presence_penalty", -2, 2);
    fields.number(body, "frequency_penalty", -2, 2);
    if (fields.integer(body, "top_logprobs", 0, 20).isPresent() && !fields.flag(body, "logprobs")) {
      fields.fail(
          Kind.INVALID_VALUE,
          "top_logprobs",
          "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.");
    }
    var stop = body.get("stop");
    if (stop != null && !stop.isNull() && !stop.isTextual()) {
      if (!stop.isArray()) {
        fields.wrongType("stop", "a string or an array of strings", stop);
      } else if (stop.size() > STOPS_MAX) {
        fields.fail(
            Kind.ARRAY_TOO_LONG,
            "stop",
            "Invalid 'stop': array too long. Expected at most 4, but got " + stop.size() + ".");
      }
    }
  }

  private @Nullable Integer outputTokensMax(int choices) {
    var legacy = fields.integer(body, "max_tokens", 1, TOKENS_MAX);
    return fields
        .integer(body, "max_completion_tokens", 1, TOKENS_MAX)
        .or(() -> legacy)
        .map(limit -> saturated(limit * choices))
        .orElse(null);
  }

  /** What not every model can do and this call cannot do without. */
  private List<Need> needs() {
    var needs = EnumSet.noneOf(Need.class);
    needs.addAll(messages.needs());
    if (hasAny(body.path("tools")) || hasAny(body.path("functions"))) {
      needs.add(Need.TOOLS);
    }
    if (body.path("response_format").path("type").asText().equals("json_schema")) {
      needs.add(Need.JSON_SCHEMA);
    }
    for (var modality : body.path("modalities")) {
      if (modality.asText().equals("audio")) {
        needs.add(Need.AUDIO);
      }
    }
    return List.copyOf(needs);
  }

  private static boolean hasAny(JsonNode list) {
    return list.isArray() && !list.isEmpty();
  }

  private void checkTools() {
    if (FieldChecks.isAbsent(body, "tools")) {
      return;
    }
    var tools = body.get("tools");
    if (!tools.isArray()) {
      fields.wrongType("tools", "an array of objects", tools);
      return;
    }
    if (tools.size() > TOOLS_MAX) {
      fields.fail(
          Kind.ARRAY_TOO_LONG,
          "tools",
          "Invalid 'tools': array too long. Expected at most 128, but got " + tools.size() + ".");
      return;
    }
    for (int i = 0; i < tools.size() && !fields.failed(); i++) {
      checkTool(tools.get(i), "tools[" + i + "]");
    }
  }

  private void checkTool(JsonNode tool, String path) {
    if (!tool.isObject()) {
      fields.wrongType(path, "an object", tool);
      return;
    }
    var type = fields.requiredText(tool, "type", path + ".type");
    if (fields.failed()) {
      return;
    }
    if (!TOOL_TYPES.contains(type)) {
      fields.fail(
          Kind.INVALID_VALUE,
          path + ".type",
          "Invalid value for '%s.type': '%s'. Supported values are 'function' and 'custom'."
              .formatted(path, ApiError.shown(type)));
      return;
    }
    var definition = Optional.ofNullable(tool.get(type)).filter(JsonNode::isObject);
    if (definition.isEmpty()) {
      fields.missing(path + "." + type);
      return;
    }
    var namePath = path + "." + type + ".name";
    var name = fields.requiredText(definition.get(), "name", namePath);
    if (!fields.failed() && !isToolName(name)) {
      fields.fail(
          Kind.INVALID_VALUE,
          namePath,
          "Invalid '%s': '%s'. Expected 1 to 64 of a-z, A-Z, 0-9, underscore and hyphen."
              .formatted(namePath, ApiError.shown(name)));
    }
  }

  static boolean isToolName(String name) {
    return !name.isEmpty()
        && name.length() <= 64
        && name.chars()
            .allMatch(
                c ->
                    (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '_'
                        || c == '-');
  }

  static int saturated(long value) {
    return (int) Math.min(value, Integer.MAX_VALUE);
  }
}
