package io.millrace.workers.framing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Server-sent events from bytes that are cut anywhere. Lines end in LF, CR or CRLF; several data
 * lines of an event are joined by LF; comments, ids and retry wishes are dropped; an event without
 * data is none.
 */
public final class SseDecoder implements StreamDecoder {

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private final StringBuilder data = new StringBuilder();
  private String event = "";
  private boolean hasData;
  private boolean lastWasCr;
  private boolean isFirstLine = true;

  @Override
  public void feed(byte[] bytes, Consumer<Event> events) {
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b == '\n' && lastWasCr) {
        lastWasCr = false;
        begin = i + 1;
      } else if (b == '\n' || b == '\r') {
        line.write(bytes, begin, i - begin);
        begin = i + 1;
        lastWasCr = b == '\r';
        onLine(events);
      } else {
        lastWasCr = false;
      }
    }
    line.write(bytes, begin, bytes.length - begin);
  }

  @Override
  public void end(Consumer<Event> events) {
    if (line.size() > 0) {
      onLine(events);
    }
    dispatch(events);
  }

  private void onLine(Consumer<Event> events) {
    var text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (isFirstLine) {
      isFirstLine = false;
      var mark = new String(BYTE_ORDER_MARK, StandardCharsets.UTF_8);
      text = text.startsWith(mark) ? text.substring(1) : text;
    }
    if (text.isEmpty()) {
      dispatch(events);
      return;
    }
    int colon = text.indexOf(':');
    if (colon == 0) {
      return;
    }
    var name = colon < 0 ? text : text.substring(0, colon);
    var value = colon < 0 ? "" : text.substring(colon + 1);
    onField(name, value.startsWith(" ") ? value.substring(1) : value);
  }

  private void onField(String name, String value) {
    switch (name) {
      case "data" -> {
        if (hasData) {
          data.append('\n');
        }
        data.append(value);
        hasData = true;
      }
      case "event" -> event = value;
      default -> {
        // Ids and retry wishes are for clients that reconnect; a call is never resumed.
      }
    }
  }

  private void dispatch(Consumer<Event> events) {
    if (hasData) {
      var whole = new Event(event, data.toString());
      data.setLength(0);
      hasData = false;
      event = "";
      events.accept(whole);
    }
    event = "";
  }
}
