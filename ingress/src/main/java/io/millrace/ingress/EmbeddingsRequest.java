package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.ingress.ApiError.Kind;
import java.util.List;

/** Checks the body of an embeddings call. */
final class EmbeddingsRequest {

  private static final int INPUTS_MAX = 2048;
  private static final int BYTES_PER_TOKEN = 4;

  private EmbeddingsRequest() {}

  static Checked<ModelCall> check(JsonNode body, int bodyBytes) {
    var fields = new FieldChecks();
    var model = fields.requiredText(body, "model", "model");
    var tokens = new Tokens();
    checkInput(fields, body, tokens);
    fields.integer(body, "dimensions", 1, Integer.MAX_VALUE);
    var format = fields.text(body, "encoding_format", "encoding_format").orElse("float");
    if (!format.equals("float") && !format.equals("base64")) {
      fields.fail(
          Kind.INVALID_VALUE,
          "encoding_format",
          "Invalid value for 'encoding_format': '%s'. Supported values are 'float' and 'base64'."
              .formatted(ApiError.shown(format)));
    }
    var user = fields.text(body, "user", "user");
    return fields.result(
        () ->
            new ModelCall(
                model,
                false,
                1,
                user.orElse(null),
                ChatRequest.saturated(tokens.all),
                bodyBytes,
                ChatRequest.saturated(tokens.longest),
                0,
                List.of()));
  }

  private static void checkInput(FieldChecks fields, JsonNode body, Tokens tokens) {
    if (FieldChecks.isAbsent(body, "input")) {
      fields.missing("input");
      return;
    }
    var input = body.get("input");
    if (input.isTextual()) {
      tokens.add(tokensOfText(fields, input, "input"));
    } else if (!input.isArray()) {
      fields.wrongType("input", "a string or an array", input);
    } else if (input.isEmpty()) {
      fields.fail(Kind.EMPTY_ARRAY, "input", "Invalid 'input': empty array.");
    } else if (input.get(0).isIntegralNumber()) {
      tokens.add(input.size());
    } else {
      checkInputs(fields, input, tokens);
    }
  }

  private static void checkInputs(FieldChecks fields, JsonNode inputs, Tokens tokens) {
    if (inputs.size() > INPUTS_MAX) {
      fields.fail(
          Kind.ARRAY_TOO_LONG,
          "input",
          "Invalid 'input': array too long. Expected at most 2048, but got " + inputs.size() + ".");
      return;
    }
    for (int i = 0; i < inputs.size() && !fields.failed(); i++) {
      var path = "input[" + i + "]";
      var one = inputs.get(i);
      if (one.isTextual()) {
        tokens.add(tokensOfText(fields, one, path));
      } else if (one.isArray()) {
        tokens.add(one.size());
      } else {
        fields.wrongType(path, "a string or an array of integers", one);
      }
    }
  }

  private static long tokensOfText(FieldChecks fields, JsonNode text, String path) {
    if (text.textValue().isEmpty()) {
      fields.fail(Kind.INVALID_VALUE, path, "Invalid '" + path + "': it must not be empty.");
    }
    long bytes = ChatMessages.utf8Bytes(text.textValue());
    return (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
  }

  /** Tokens of the inputs so far: a model takes each of them alone. */
  private static final class Tokens {
    long all;
    long longest;

    void add(long tokens) {
      all += tokens;
      longest = Math.max(longest, tokens);
    }
  }
}
