package io.millrace.workers.framing;

import java.util.function.Consumer;

/** Cuts a streamed answer into events. Bytes may be cut anywhere. */
public interface StreamDecoder {

  /**
   * One event.
   *
   * @param name empty when the event has none
   */
  record Event(String name, String data) {}

  /** Hands out the events that these bytes complete. */
  void feed(byte[] bytes, Consumer<Event> events);

  /** Hands out the event that the end of the stream completes, if there is one. */
  void end(Consumer<Event> events);
}
