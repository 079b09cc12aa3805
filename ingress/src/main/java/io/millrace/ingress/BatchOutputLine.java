package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A finished line of a batch as a line of OpenAI's output or error file. It is made of a head, the
 * body as it is, and a tail, so that its length is known without its body.
 *
 * <pre>{@code
 * {"id": "batch_req_…", "custom_id": "…",
 *  "response": {"status_code": 200, "request_id": "req_…", "body": {…}}|null,
 *  "error": {"code", "message"}|null}        // error only for what was cut off
 * }</pre>
 */
public final class BatchOutputLine {

  private static final byte[] EXECUTED_TAIL = "},\"error\":null}\n".getBytes(UTF_8);
  private static final byte[] NO_BODY = "null".getBytes(UTF_8);

  private BatchOutputLine() {}

  /**
   * How long the line is.
   *
   * @param bodyBytes length of the answer
   */
  public static long bytes(RequestResult result, long bodyBytes) {
    var head = head(result);
    return hasBody(result)
        ? head.length + (bodyBytes == 0 ? NO_BODY.length : bodyBytes) + EXECUTED_TAIL.length
        : head.length;
  }

  /** True when the body stands between head and tail; otherwise the head is the whole line. */
  public static boolean hasBody(RequestResult result) {
    return switch (result.getStatus()) {
      case EXPIRED, CANCELLED -> false;
      case QUEUED, IN_PROGRESS, COMPLETED, INCOMPLETE, FAILED -> true;
    };
  }

  /** The whole line of a result that carries its body. */
  public static byte[] toJson(RequestResult result) {
    var line = new ByteArrayOutputStream(256 + result.getBody().remaining());
    line.writeBytes(head(result));
    if (hasBody(result)) {
      line.writeBytes(result.getBody().hasRemaining() ? inOneLine(result.getBody()) : NO_BODY);
      line.writeBytes(EXECUTED_TAIL);
    }
    return line.toByteArray();
  }

  /** What stands before the body. */
  public static byte[] head(RequestResult result) {
    var start =
        Json.bytes(
            json -> {
              json.writeStartObject();
              json.writeStringField("id", "batch_" + result.getRequestId());
              json.writeStringField("custom_id", result.getCustomId().orElse(null));
              if (hasBody(result)) {
                json.writeObjectFieldStart("response");
                json.writeNumberField("status_code", result.getHttpStatus());
                json.writeStringField("request_id", result.getRequestId());
                json.writeFieldName("body");
                json.writeRawValue("");
              } else {
                writeCutOff(json, result);
                json.writeEndObject();
                json.writeRaw('\n');
              }
            });
    if (!hasBody(result)) {
      return start;
    }
    // The generator closes both objects that are open; that is the tail's to do.
    return Arrays.copyOf(start, start.length - 2);
  }

  /** What stands behind the body. */
  public static byte[] tail() {
    return EXECUTED_TAIL.clone();
  }

  private static void writeCutOff(JsonGenerator json, RequestResult result) throws IOException {
    json.writeNullField("response");
    json.writeObjectFieldStart("error");
    boolean isExpired = result.getStatus() == RequestStatus.EXPIRED;
    json.writeStringField("code", isExpired ? "batch_expired" : "batch_cancelled");
    json.writeStringField(
        "message",
        isExpired
            ? "This request could not be executed before the completion window expired."
            : "This request was not executed because it was cancelled.");
    json.writeEndObject();
  }

  /** JSON has line ends only between its parts, where a space does as well. */
  public static byte[] inOneLine(ByteBuffer body) {
    var bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    inOneLine(bytes, 0, bytes.length);
    return bytes;
  }

  /** The same in place, for a piece of a body. */
  public static void inOneLine(byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (bytes[i] == '\n' || bytes[i] == '\r') {
        bytes[i] = ' ';
      }
    }
  }
}
