package io.millrace.ingress;

import io.millrace.schemas.RequestResult;

/**
 * A finished request as a line of OpenAI's batch output, with the cursor to continue after it.
 *
 * <pre>{@code
 * {"id": "batch_req_…", "custom_id": "…"|null, "cursor": 17,
 *  "response": {"status_code": 200, "request_id": "req_…", "body": {…}}|null,
 *  "error": {"code", "message"}|null}        // error only for what was never executed
 * }</pre>
 */
public final class ResultLine {

  private ResultLine() {}

  /** The line, with its end. */
  public static byte[] toJson(RequestResult result, long cursor) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("id", "batch_" + result.getRequestId());
          json.writeStringField("custom_id", result.getCustomId().orElse(null));
          json.writeNumberField("cursor", cursor);
          switch (neverExecuted(result)) {
            case "" -> {
              json.writeObjectFieldStart("response");
              json.writeNumberField("status_code", result.getHttpStatus());
              json.writeStringField("request_id", result.getRequestId());
              Json.writeRaw(json, "body", result.getBody());
              json.writeEndObject();
              json.writeNullField("error");
            }
            case String code -> {
              json.writeNullField("response");
              json.writeObjectFieldStart("error");
              json.writeStringField("code", code);
              json.writeStringField(
                  "message", "The request was " + RequestJson.word(result.getStatus()) + ".");
              json.writeEndObject();
            }
          }
          json.writeEndObject();
          json.writeRaw('\n');
        });
  }

  private static String neverExecuted(RequestResult result) {
    if (result.getAttempts() > 0) {
      return "";
    }
    return switch (result.getStatus()) {
      case EXPIRED -> "batch_expired";
      case CANCELLED -> "batch_cancelled";
      case QUEUED, IN_PROGRESS, COMPLETED, INCOMPLETE, FAILED -> "";
    };
  }
}
