package io.millrace.standalone;

import io.millrace.standalone.client.ApiClient;
import io.millrace.standalone.client.Backoff;
import io.millrace.standalone.client.ServerOptions;
import io.millrace.standalone.client.ServerSentEvents;
import io.millrace.standalone.client.ServerSentEvents.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "tail", description = "Follow a request's events from the beginning to its result.")
final class TailCommand implements Callable<Integer> {

  private static final Duration STREAM_TIMEOUT = Duration.ofMinutes(10);

  @Parameters(paramLabel = "ID", description = "Id of the request.")
  private String id = "";

  @Option(
      names = "--patience",
      paramLabel = "DURATION",
      description = "How long the server may be away. Default: ${DEFAULT-VALUE}.",
      defaultValue = "PT30S")
  private Duration patience = Duration.ofSeconds(30);

  @Mixin private ServerOptions server = new ServerOptions();

  @Override
  public Integer call() throws Exception {
    try (var client = server.client()) {
      var path = "/v1/requests/" + RequestIds.checked(id) + "/events";
      var backoff = new Backoff(patience);
      var follower = new Follower(client, path);
      // Every event is progress, so patience begins anew after each.
      while (backoff.call(follower::next)) {}
      return 0;
    }
  }

  /** Prints one event per call and takes a broken stream up where it broke. */
  private static final class Follower {
    private final ApiClient client;
    private final String path;
    private String lastId = "";
    private Optional<ServerSentEvents> open = Optional.empty();

    Follower(ApiClient client, String path) {
      this.client = client;
      this.path = path;
    }

    /** False after the last event. */
    boolean next() throws IOException {
      if (open.isEmpty()) {
        Map<String, String> headers =
            lastId.isEmpty()
                ? Map.of("Accept", "text/event-stream")
                : Map.of("Accept", "text/event-stream", "Last-Event-ID", lastId);
        open =
            Optional.of(new ServerSentEvents(client.stream(path, headers, STREAM_TIMEOUT).body()));
      }
      try {
        var event = open.get().next();
        event.ifPresent(this::print);
        return event.isPresent();
      } catch (IOException e) {
        open = Optional.empty();
        throw e;
      }
    }

    private void print(Event event) {
      if (!event.id().isEmpty()) {
        lastId = event.id();
      }
      System.out.println(
          (event.id() + " " + event.name() + " " + event.data()).strip().replaceAll(" {2,}", " "));
    }
  }
}
