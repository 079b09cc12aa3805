package io.millrace.workers.framing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A JSON document on each line; empty lines are none. Events have no name. */
public final class NdjsonDecoder implements StreamDecoder {

  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);

  @Override
  public void feed(byte[] bytes, Consumer<Event> events) {
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        line.write(bytes, begin, i - begin);
        begin = i + 1;
        end(events);
      }
    }
    line.write(bytes, begin, bytes.length - begin);
  }

  @Override
  public void end(Consumer<Event> events) {
    var text = line.toString(StandardCharsets.UTF_8).strip();
    line.reset();
    if (!text.isEmpty()) {
      events.accept(new Event("", text));
    }
  }
}
