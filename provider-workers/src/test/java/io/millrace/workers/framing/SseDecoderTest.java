package io.millrace.workers.framing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseDecoderTest {

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void shouldGiveTheSameEventsWhereverTheBytesAreCut(String newline) {
    // Given
    var stream =
        "\ufeff: hello\ndata: {\"a\":1}\n\nevent: x\ndata:ü\ndata: b\nid: 3\n\n\n: keep-alive\n\ndata: [DONE]\n"
            .replace("\n", newline)
            .getBytes(StandardCharsets.UTF_8);
    for (int size = 1; size <= stream.length; size++) {
      // When
      var events = decode(stream, size);
      // Then
      assertThat(events)
          .containsExactly(
              new StreamDecoder.Event("", "{\"a\":1}"),
              new StreamDecoder.Event("x", "ü\nb"),
              new StreamDecoder.Event("", "[DONE]"));
    }
  }

  @Test
  void shouldGiveTheLastEventWhenTheStreamEndsInTheLine() {
    // Given
    var stream = "data: a".getBytes(StandardCharsets.UTF_8);
    // When
    var events = decode(stream, stream.length);
    // Then
    assertThat(events).containsExactly(new StreamDecoder.Event("", "a"));
  }

  private static List<StreamDecoder.Event> decode(byte[] stream, int size) {
    var decoder = new SseDecoder();
    var events = new ArrayList<StreamDecoder.Event>();
    for (int i = 0; i < stream.length; i += size) {
      int length = Math.min(size, stream.length - i);
      var piece = new byte[length];
      System.arraycopy(stream, i, piece, 0, length);
      decoder.feed(piece, events::add);
    }
    decoder.end(events::add);
    return events;
  }
}
