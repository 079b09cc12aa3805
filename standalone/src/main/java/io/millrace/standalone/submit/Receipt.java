package io.millrace.standalone.submit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What the server said to a line. */
sealed interface Receipt {

  /** It is on the log. */
  record Accepted(String batchId, String requestId) implements Receipt {}

  /** It will never be taken. */
  record Rejected(String batchId, Optional<String> customId, String code, String message)
      implements Receipt {}

  /** It was not taken now. */
  record NotNow(String message) implements Receipt {}

  static Receipt of(JsonNode json) {
    var error = json.path("error");
    if (!error.isObject()) {
      return new Accepted(json.path("batch_id").asText(), json.path("id").asText());
    }
    var type = error.path("type").asText("invalid_request_error");
    var message = error.path("message").asText("refused");
    // What is wrong with a line is the client's doing; everything else may pass.
    return type.equals("invalid_request_error")
        ? new Rejected(
            json.path("batch_id").asText(),
            Optional.ofNullable(json.path("custom_id").textValue()),
            error.path("code").asText(type),
            message)
        : new NotNow(message);
  }
}
