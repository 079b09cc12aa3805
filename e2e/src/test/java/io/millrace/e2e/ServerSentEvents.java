package io.millrace.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads an event stream to its end. */
final class ServerSentEvents {

  private ServerSentEvents() {}

  /** One event; what it does not have is empty. */
  record Event(String id, String name, String data) {}

  static List<Event> read(Stream<String> lines) {
    var events = new ArrayList<Event>();
    var id = "";
    var name = "";
    var data = new ArrayList<String>();
    for (var line : (Iterable<String>) lines::iterator) {
      if (line.isEmpty()) {
        if (!data.isEmpty() || !name.isEmpty()) {
          events.add(new Event(id, name, String.join("\n", data)));
        }
        id = "";
        name = "";
        data.clear();
      } else if (line.startsWith("id:")) {
        id = line.substring(3).strip();
      } else if (line.startsWith("event:")) {
        name = line.substring(6).strip();
      } else if (line.startsWith("data:")) {
        data.add(line.substring(5).strip());
      }
    }
    return events;
  }
}
