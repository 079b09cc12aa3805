package io.millrace.ingress.batches;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Up to where the log has every line. Acknowledgements come on another thread and may come out of
 * order; a mark is reached when all lines before it have theirs.
 */
final class FeedMarks {

  private final Deque<Segment> segments = new ArrayDeque<>();
  private Segment current = new Segment();
  private int linesInCurrent;

  /** A place in the file. */
  record Mark(int lines, int line, long byteOffset) {}

  /** The lines between two marks. */
  static final class Segment {

    /** Lines that are on their way, and one for the mark that is not set yet. */
    private final AtomicInteger missing = new AtomicInteger(1);

    private Optional<Mark> end = Optional.empty();

    /** Called on any thread. */
    void acknowledged() {
      missing.decrementAndGet();
    }
  }

  /** A line goes out; its acknowledgement is told to the segment. */
  Segment begin() {
    current.missing.incrementAndGet();
    linesInCurrent++;
    return current;
  }

  int linesSinceMark() {
    return linesInCurrent;
  }

  /** Sets a mark behind the last line. */
  void set(Mark mark) {
    current.end = Optional.of(mark);
    segments.add(current);
    current.acknowledged();
    current = new Segment();
    linesInCurrent = 0;
  }

  /** The furthest mark that was reached since the last question. */
  Optional<Mark> reached() {
    Optional<Mark> reached = Optional.empty();
    while (!segments.isEmpty() && segments.getFirst().missing.get() == 0) {
      reached = segments.removeFirst().end;
    }
    return reached;
  }

  /** True when every mark was reached. */
  boolean isClear() {
    return segments.isEmpty();
  }
}
