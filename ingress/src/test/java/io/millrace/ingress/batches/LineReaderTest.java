package io.millrace.ingress.batches;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {

  @Test
  void shouldKnowWhereEachLineBegins() throws IOException {
    // Given
    var text = "one\r\n\nthree\n" + "x".repeat(200_000) + "\nfive";
    // When
    var lines = read(text, 300_000);
    // Then
    assertThat(lines).extracting(LineReader.Line::number).containsExactly(1, 2, 3, 4, 5);
    assertThat(lines)
        .extracting(LineReader.Line::nextOffset)
        .containsExactly(5L, 6L, 12L, 200_013L, (long) text.length());
    assertThat(new String(lines.getFirst().text(), UTF_8)).isEqualTo("one");
    assertThat(lines.get(1).isBlank()).isTrue();
    assertThat(lines.get(3).text()).hasSize(200_000);
  }

  @Test
  void shouldPassOverALineThatIsTooLong() throws IOException {
    // When
    var lines = read("x".repeat(200_000) + "\nnext\n", 100);
    // Then
    assertThat(lines.getFirst().isTooLong()).isTrue();
    assertThat(lines.getFirst().text()).isEmpty();
    assertThat(new String(lines.get(1).text(), UTF_8)).isEqualTo("next");
    assertThat(lines.get(1).isTooLong()).isFalse();
  }

  @Test
  void shouldReachAMarkWhenEveryLineBeforeItIsAcknowledged() {
    // Given
    var marks = new FeedMarks();
    var first = marks.begin();
    marks.set(new FeedMarks.Mark(1, 2, 10));
    var second = marks.begin();
    marks.set(new FeedMarks.Mark(2, 3, 20));
    // When
    second.acknowledged();
    var early = marks.reached();
    first.acknowledged();
    var both = marks.reached();
    // Then
    assertThat(early).isEmpty();
    assertThat(both).contains(new FeedMarks.Mark(2, 3, 20));
    assertThat(marks.isClear()).isTrue();
  }

  private static List<LineReader.Line> read(String text, int lengthMax) throws IOException {
    var lines = new ArrayList<LineReader.Line>();
    var in = new ByteArrayInputStream(text.getBytes(UTF_8));
    try (var reader = new LineReader(in, lengthMax, 1, 0)) {
      for (var line = reader.next(); line.isPresent(); line = reader.next()) {
        lines.add(line.get());
      }
    }
    return lines;
  }
}
