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
    new ChatOptions(fields, body).check(stream);
    int choices = fields.integer(body, "n", 1, CHOICES_MAX).map(Long::intValue).orElse(1);
    var outputMax = outputTokensMax(choices);
    fields.eachObject(body, "tools", TOOLS_MAX, this::checkTool);
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

  private void checkTool(JsonNode tool, String path) {
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
    fields.toolName(definition.get(), path + "." + type + ".name");
  }

  static int saturated(long value) {
    return (int) Math.min(value, Integer.MAX_VALUE);
  }
}
