package io.millrace.workers.openai;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A request body with another model's name and the fields that streaming needs. Every other field
 * is copied byte for byte: it may be large, it may be unknown here, and a number that is written
 * anew is not always the same number.
 *
 * @param wantsUsage true when the client asked for usage at the end of its stream
 */
record RequestRewrite(ByteBuffer body, boolean wantsUsage) {

  /**
   * @throws IOException when the body is not a JSON object
   */
  static RequestRewrite of(byte[] body, String model, boolean isStream) throws IOException {
    var out = new ByteArrayOutputStream(body.length + 96);
    boolean wantsUsage = false;
    out.write('{');
    write(out, "\"model\":" + Json.MAPPER.writeValueAsString(model));
    ObjectNode streamOptions = Json.MAPPER.createObjectNode();
    try (var parser = Json.MAPPER.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not an object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        int begin = (int) parser.currentTokenLocation().getByteOffset();
        var name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "model", "stream" -> parser.skipChildren();
          case "stream_options" -> {
            if (parser.readValueAsTree() instanceof ObjectNode options) {
              wantsUsage = options.path("include_usage").asBoolean();
              streamOptions = options;
            }
          }
          default -> {
            parser.skipChildren();
            parser.finishToken();
            int end = (int) parser.currentLocation().getByteOffset();
            out.write(',');
            out.write(body, begin, end - begin);
          }
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        throw new IOException("not one object");
      }
    }
    if (isStream) {
      streamOptions.put("include_usage", true);
      write(out, ",\"stream\":true,\"stream_options\":" + streamOptions);
    }
    out.write('}');
    return new RequestRewrite(ByteBuffer.wrap(out.toByteArray()), isStream && wantsUsage);
  }

  private static void write(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Leaves the body out, which is a prompt. */
  @Override
  public String toString() {
    return "RequestRewrite[" + body.remaining() + " bytes]";
  }
}
