package io.millrace.standalone.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.standalone.client.ServerSentEvents.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ServerSentEventsTest {

  @Test
  void shouldReadEventsAndSkipComments() throws IOException {
    // Given
    var stream =
        """
        : keep-alive

        id: 1-1
        event: delta
        data: {"a":
        data: 1}

        data: [DONE]

        """;

    // When
    try (var events =
        new ServerSentEvents(new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8)))) {
      // Then
      assertThat(events.next()).contains(new Event("1-1", "delta", "{\"a\":\n1}"));
      assertThat(events.next()).contains(new Event("", "", "[DONE]"));
      assertThat(events.next()).isEmpty();
    }
  }
}
