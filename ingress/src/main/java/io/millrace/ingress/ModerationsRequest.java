package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.ingress.ApiError.Kind;
import io.millrace.schemas.Need;
import java.util.List;
import java.util.Optional;

/** Checks the body of a moderations call. */
final class ModerationsRequest {

  /** The model of a call that names none. */
  static final String MODEL = "omni-moderation-latest";

  private static final int INPUTS_MAX = 2048;
  private static final int BYTES_PER_TOKEN = 4;

  private final FieldChecks fields = new FieldChecks();
  private final JsonNode body;
  private long tokens;
  private boolean hasImages;

  private ModerationsRequest(JsonNode body) {
    this.body = body;
  }

  static Checked<ModelCall> check(JsonNode body, int bodyBytes) {
    return new ModerationsRequest(body).call(bodyBytes);
  }

  static boolean complete(ObjectNode body) {
    if (!FieldChecks.isAbsent(body, "model")) {
      return false;
    }
    body.put("model", MODEL);
    return true;
  }

  static Optional<ApiError> problemOfLine(JsonNode body) {
    return FieldChecks.isAbsent(body, "model")
        ? Optional.of(
            new ApiError(Kind.MISSING_PARAMETER, "Missing required parameter: 'model'.", "model"))
        : Optional.empty();
  }

  private Checked<ModelCall> call(int bodyBytes) {
    var model = fields.text(body, "model", "model").orElse(MODEL);
    checkInput();
    return fields.result(
        () ->
            new ModelCall(
                model,
                false,
                1,
                null,
                ChatRequest.saturated(tokens),
                bodyBytes,
                ChatRequest.saturated(tokens),
                0,
                hasImages ? List.of(Need.VISION) : List.of()));
  }

  private void checkInput() {
    if (FieldChecks.isAbsent(body, "input")) {
      fields.missing("input");
      return;
    }
    var input = body.get("input");
    if (input.isTextual()) {
      count(input.textValue());
    } else if (!input.isArray()) {
      fields.wrongType("input", "a string or an array", input);
    } else if (input.isEmpty()) {
      fields.fail(Kind.EMPTY_ARRAY, "input", "Invalid 'input': empty array.");
    } else if (input.size() > INPUTS_MAX) {
      fields.fail(
          Kind.ARRAY_TOO_LONG,
          "input",
          "Invalid 'input': array too long. Expected at most 2048, but got " + input.size() + ".");
    } else {
      for (int i = 0; i < input.size() && !fields.failed(); i++) {
        checkOne(input.get(i), "input[" + i + "]");
      }
    }
  }

  private void checkOne(JsonNode one, String path) {
    if (one.isTextual()) {
      count(one.textValue());
      return;
    }
    if (!one.isObject()) {
      fields.wrongType(path, "a string or an object", one);
      return;
    }
    var type = fields.requiredText(one, "type", path + ".type");
    switch (type) {
      case "text" -> count(fields.requiredText(one, "text", path + ".text"));
      case "image_url" -> {
        hasImages = true;
        fields.requiredText(one.path("image_url"), "url", path + ".image_url.url");
      }
      default -> fields.unknownValue(path + ".type", type, List.of("text", "image_url"));
    }
  }

  private void count(String text) {
    tokens += (ChatMessages.utf8Bytes(text) + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
  }
}
