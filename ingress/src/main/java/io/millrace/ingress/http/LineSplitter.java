package io.millrace.ingress.http;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * Cuts a stream of bytes into lines. Holds what has arrived and is not taken yet, and drops the
 * rest of a line that is too long.
 */
final class LineSplitter {

  /** A line, or the place of one that was too long. */
  record Line(Buffer text, boolean isTooLong) {}

  private static final int COMPACT_BYTES = 1 << 20;

  private final int lengthMax;
  private Buffer buffer = Buffer.buffer();
  private int lineStart;
  private int searchedTo;
  private boolean isDropping;
  private boolean isEnded;

  LineSplitter(int lengthMax) {
    this.lengthMax = lengthMax;
  }

  void add(Buffer piece) {
    compact();
    buffer.appendBuffer(piece);
  }

  /** No more will come: what is left is the last line. */
  void end() {
    isEnded = true;
  }

  /** The next whole line without its end, if it has arrived. */
  Optional<Line> next() {
    for (int i = searchedTo; i < buffer.length(); i++) {
      if (buffer.getByte(i) == '\n') {
        return Optional.of(taken(i, i + 1));
      }
    }
    searchedTo = buffer.length();
    if (searchedTo - lineStart > lengthMax) {
      isDropping = true;
      lineStart = searchedTo;
    }
    return isEnded && (searchedTo > lineStart || isDropping)
        ? Optional.of(taken(searchedTo, searchedTo))
        : Optional.empty();
  }

  private Line taken(int end, int nextStart) {
    boolean isTooLong = isDropping || end - lineStart > lengthMax;
    int trimmed = end > lineStart && buffer.getByte(end - 1) == '\r' ? end - 1 : end;
    var line =
        new Line(isTooLong ? Buffer.buffer() : buffer.getBuffer(lineStart, trimmed), isTooLong);
    isDropping = false;
    lineStart = nextStart;
    searchedTo = nextStart;
    return line;
  }

  private void compact() {
    if (lineStart == buffer.length()) {
      buffer = Buffer.buffer();
    } else if (lineStart > COMPACT_BYTES) {
      buffer = buffer.getBuffer(lineStart, buffer.length());
    } else {
      return;
    }
    searchedTo -= lineStart;
    lineStart = 0;
  }
}
