package io.millrace.ingress.batches;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a file line by line and knows where each line begins. Holds one piece of the file and one
 * line; of a line that is too long only its place is kept.
 */
public final class LineReader implements Closeable {

  private static final int PIECE_BYTES = 64 * 1024;

  private final InputStream in;
  private final int lengthMax;
  private final byte[] piece = new byte[PIECE_BYTES];
  private byte[] line = new byte[4 * 1024];
  private int lineLength;
  private int from;
  private int to;
  private int number;
  private long offset;

  /** A line without its end. */
  public static final class Line {

    private final int number;
    private final byte[] text;
    private final boolean isTooLong;
    private final long nextOffset;

    Line(int number, byte[] text, boolean isTooLong, long nextOffset) {
      this.number = number;
      this.text = text;
      this.isTooLong = isTooLong;
      this.nextOffset = nextOffset;
    }

    /** From 1. */
    public int number() {
      return number;
    }

    /** Its bytes; none when it is too long. */
    public byte[] text() {
      return text;
    }

    public boolean isTooLong() {
      return isTooLong;
    }

    /** Where in the file the next line begins. */
    public long nextOffset() {
      return nextOffset;
    }

    /** True for a line that says nothing. */
    public boolean isBlank() {
      if (isTooLong) {
        return false;
      }
      for (byte b : text) {
        if (b != ' ' && b != '\t' && b != '\r') {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * @param in stands at the beginning of a line
   * @param number of that line
   * @param offset of that line in the file
   */
  public LineReader(InputStream in, int lengthMax, int number, long offset) {
    this.in = in;
    this.lengthMax = lengthMax;
    this.number = number;
    this.offset = offset;
  }

  /** The next line; empty at the end of the file. */
  public Optional<Line> next() throws IOException {
    boolean isTooLong = false;
    lineLength = 0;
    long start = offset;
    while (true) {
      if (from == to && !fill()) {
        return offset == start ? Optional.empty() : Optional.of(taken(isTooLong));
      }
      int end = indexOfEnd();
      isTooLong = isTooLong || lineLength + (long) (end - from) > lengthMax;
      if (isTooLong) {
        lineLength = 0;
      } else {
        append(end);
      }
      offset += end - from;
      from = end;
      if (end < to) {
        from++;
        offset++;
        return Optional.of(taken(isTooLong));
      }
    }
  }

  private boolean fill() throws IOException {
    from = 0;
    to = Math.max(0, in.read(piece, 0, piece.length));
    return to > 0;
  }

  private int indexOfEnd() {
    int at = from;
    while (at < to && piece[at] != '\n') {
      at++;
    }
    return at;
  }

  private void append(int end) {
    int length = end - from;
    if (lineLength + length > line.length) {
      line = Arrays.copyOf(line, Math.max(2 * line.length, lineLength + length));
    }
    System.arraycopy(piece, from, line, lineLength, length);
    lineLength += length;
  }

  private Line taken(boolean isTooLong) {
    int length = lineLength > 0 && line[lineLength - 1] == '\r' ? lineLength - 1 : lineLength;
    int start = number == 1 && hasByteOrderMark(length) ? 3 : 0;
    var text = isTooLong ? new byte[0] : Arrays.copyOfRange(line, start, length);
    return new Line(number++, text, isTooLong, offset);
  }

  /** Some editors put one before the first line. */
  private boolean hasByteOrderMark(int length) {
    return length >= 3
        && line[0] == (byte) 0xEF
        && line[1] == (byte) 0xBB
        && line[2] == (byte) 0xBF;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
