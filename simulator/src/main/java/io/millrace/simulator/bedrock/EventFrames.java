package io.millrace.simulator.bedrock;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/** Frames of AWS's binary event stream. */
final class EventFrames {
  private static final HeaderValue JSON = HeaderValue.fromString("application/json");
  private static final HeaderValue EVENT = HeaderValue.fromString("event");

  private EventFrames() {}

  static byte[] event(String type, String json) {
    var headers =
        Map.of(
            ":message-type", EVENT,
            ":event-type", HeaderValue.fromString(type),
            ":content-type", JSON);
    var frame = new Message(headers, json.getBytes(StandardCharsets.UTF_8)).toByteBuffer();
    var bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return bytes;
  }
}
