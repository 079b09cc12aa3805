package io.millrace.workers.google;

import io.millrace.workers.framing.SseDecoder;
import io.millrace.workers.framing.StreamDecoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Server-sent events, after which Google may write an error as bare JSON. No line of an event
 * begins with a bracket, so the first that does begins the error.
 */
final class GoogleEvents implements StreamDecoder {

  private static final int ERROR_BYTES_MAX = 64 * 1024;

  private final SseDecoder events = new SseDecoder();
  private final ByteArrayOutputStream error = new ByteArrayOutputStream(0);
  private boolean isLineStart = true;
  private boolean isError;

  @Override
  public void feed(byte[] bytes, Consumer<Event> out) {
    int begin = isError ? 0 : errorBegin(bytes);
    if (begin > 0) {
      events.feed(begin == bytes.length ? bytes : Arrays.copyOf(bytes, begin), out);
    }
    int length = Math.min(bytes.length - begin, ERROR_BYTES_MAX - error.size());
    error.write(bytes, begin, length);
  }

  @Override
  public void end(Consumer<Event> out) {
    events.end(out);
    if (isError) {
      out.accept(new Event("", error.toString(StandardCharsets.UTF_8)));
    }
  }

  /** Where bare JSON begins; behind the bytes when it does not. */
  private int errorBegin(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (isLineStart && (b == '{' || b == '[')) {
        isError = true;
        return i;
      }
      isLineStart = b == '\n' || b == '\r';
    }
    return bytes.length;
  }
}
