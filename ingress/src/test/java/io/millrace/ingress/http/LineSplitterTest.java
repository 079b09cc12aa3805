package io.millrace.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineSplitterTest {

  private static final String TOO_LONG = "<too long>";

  @Test
  void shouldFindTheLinesHoweverTheyAreCut() {
    // Given
    var text = "one\r\n\nthree\nfour";
    for (int size = 1; size <= text.length(); size++) {
      // When
      var lines = split(text, size, 100);
      // Then
      assertThat(lines).containsExactly("one", "", "three", "four");
    }
  }

  @Test
  void shouldDropALineThatIsTooLongAndGoOn() {
    // Given
    var text = "a\n" + "x".repeat(50) + "\nb\n" + "y".repeat(11) + "\n" + "z".repeat(30);
    for (int size : new int[] {1, 7, 1000}) {
      // When
      var lines = split(text, size, 10);
      // Then
      assertThat(lines).containsExactly("a", TOO_LONG, "b", TOO_LONG, TOO_LONG);
    }
  }

  private static List<String> split(String text, int pieceSize, int lengthMax) {
    var splitter = new LineSplitter(lengthMax);
    var lines = new ArrayList<String>();
    for (int at = 0; at < text.length(); at += pieceSize) {
      splitter.add(Buffer.buffer(text.substring(at, Math.min(text.length(), at + pieceSize))));
      take(splitter, lines);
    }
    splitter.end();
    take(splitter, lines);
    return lines;
  }

  private static void take(LineSplitter splitter, List<String> lines) {
    Optional<LineSplitter.Line> line = splitter.next();
    while (line.isPresent()) {
      lines.add(line.get().isTooLong() ? TOO_LONG : line.get().text().toString());
      line = splitter.next();
    }
  }
}
