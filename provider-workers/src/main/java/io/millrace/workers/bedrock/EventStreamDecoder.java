package io.millrace.workers.bedrock;

import io.millrace.workers.canonical.Json;
import io.millrace.workers.framing.StreamDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/**
 * AWS's binary event stream ({@code application/vnd.amazon.eventstream}). Frames are collected here
 * and decoded, with both checksums, by AWS's own library, whose collecting decoder would take two
 * megabytes for each stream. A frame that cannot be decoded ends the stream as {@link #CORRUPT}.
 */
final class EventStreamDecoder implements StreamDecoder {

  /** Name of the event that stands for a broken frame; no provider event has a space. */
  static final String CORRUPT = "corrupt frame";

  /** Begins the name of an exception or error event; its type follows. */
  static final String EXCEPTION = "exception ";

  private static final int PRELUDE_BYTES = 12;

  /** The library's limits on headers and payload, and the framing. */
  private static final int FRAME_BYTES_MAX = 25 * 1024 * 1024;

  private byte[] buffer = new byte[1024];
  private int filled;
  private boolean isCorrupt;

  @Override
  public void feed(byte[] bytes, Consumer<Event> events) {
    append(bytes);
    int at = 0;
    while (!isCorrupt && filled - at >= PRELUDE_BYTES) {
      int length = ByteBuffer.wrap(buffer, at, Integer.BYTES).getInt();
      if (length < PRELUDE_BYTES || length > FRAME_BYTES_MAX) {
        corrupt(events);
      } else if (filled - at < length) {
        break;
      } else {
        onFrame(ByteBuffer.wrap(buffer, at, length).slice(), events);
        at += length;
      }
    }
    System.arraycopy(buffer, at, buffer, 0, filled - at);
    filled -= at;
  }

  /** A frame that is not whole is none: the stream was cut. */
  @Override
  public void end(Consumer<Event> events) {}

  private void append(byte[] bytes) {
    if (isCorrupt) {
      return;
    }
    if (filled + bytes.length > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(filled + bytes.length, buffer.length * 2));
    }
    System.arraycopy(bytes, 0, buffer, filled, bytes.length);
    filled += bytes.length;
  }

  private void onFrame(ByteBuffer frame, Consumer<Event> events) {
    Event event;
    try {
      event = eventOf(Message.decode(frame));
    } catch (RuntimeException e) {
      // The library complains of checksums, lengths and header types with various exceptions.
      corrupt(events);
      return;
    }
    events.accept(event);
  }

  private void corrupt(Consumer<Event> events) {
    isCorrupt = true;
    events.accept(new Event(CORRUPT, "{}"));
  }

  private static Event eventOf(Message message) {
    var headers = message.getHeaders();
    var payload = new String(message.getPayload(), StandardCharsets.UTF_8);
    return switch (text(headers, ":message-type")) {
      case "exception" -> new Event(EXCEPTION + text(headers, ":exception-type"), orEmpty(payload));
      case "error" ->
          new Event(
              EXCEPTION + text(headers, ":error-code"),
              Json.MAPPER
                  .createObjectNode()
                  .put("message", text(headers, ":error-message"))
                  .toString());
      default -> new Event(text(headers, ":event-type"), orEmpty(payload));
    };
  }

  private static String orEmpty(String payload) {
    return payload.isBlank() ? "{}" : payload;
  }

  private static String text(Map<String, HeaderValue> headers, String name) {
    var value = headers.get(name);
    return value == null ? "" : value.getString();
  }
}
