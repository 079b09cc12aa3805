package io.millrace.ingress;

import org.jspecify.annotations.Nullable;

/** What a client is told about each line of a bulk call, in the order of the lines. */
public sealed interface BulkReceipt {

  /** The line is on the log. */
  record Accepted(String requestId) implements BulkReceipt {}

  /** The line was not taken. */
  record NotAccepted(ApiError error) implements BulkReceipt {}

  /** One line of NDJSON, with its end. */
  static byte[] toJson(long line, @Nullable String customId, String batchId, BulkReceipt receipt) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeNumberField("line", line);
          json.writeStringField("custom_id", customId);
          json.writeStringField("batch_id", batchId);
          switch (receipt) {
            case Accepted accepted -> {
              json.writeStringField("id", accepted.requestId());
              json.writeStringField("status", "queued");
            }
            case NotAccepted refused -> {
              json.writeFieldName("error");
              refused.error().writeTo(json);
            }
          }
          json.writeEndObject();
          json.writeRaw('\n');
        });
  }
}
