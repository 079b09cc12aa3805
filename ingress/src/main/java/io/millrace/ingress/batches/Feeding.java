package io.millrace.ingress.batches;

import io.millrace.ingress.BatchState;
import io.millrace.ingress.BulkLine;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.RequestIds;
import io.millrace.ingress.RequestOptions;
import io.millrace.ingress.StoredBatch;
import io.millrace.ingress.Submission;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.schemas.BatchFed;
import io.millrace.schemas.BatchSubmitted;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes requests of the lines of one batch, from where the log says it was left. Lines that are fed
 * again after a crash or a failure have the same ids and change nothing.
 */
final class Feeding implements Closeable {

  private static final int LINES_PER_MARK = 2_000;

  private final BatchTools tools;
  private final FeedRoom room;
  private final Runnable wake;
  private final BatchSubmitted batch;
  private final RequestOptions options;
  private final List<String> earlier;
  private final LineReader reader;
  private final FeedMarks marks = new FeedMarks();
  private int lines;
  private int nextLine;
  private long nextOffset;
  private boolean isAtEnd;
  private volatile boolean isBroken;

  /** A line that cannot become a request, although it was found fine. */
  static final class BadLine extends IOException {
    private static final long serialVersionUID = 1L;
    private final int number;

    BadLine(int number) {
      super("line " + number + " cannot be fed");
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /**
   * @param wake called when the log has taken a line
   */
  Feeding(BatchTools tools, FeedRoom room, Runnable wake, StoredBatch stored) throws IOException {
    this.tools = tools;
    this.room = room;
    this.wake = wake;
    this.batch = stored.submitted();
    this.options =
        new RequestOptions(
            batch.getLane(),
            batch.getExpiresAt(),
            null,
            null,
            null,
            batch.getOnDoubt(),
            batch.getTags());
    this.earlier = tools.earlier(batch);
    var fed = stored.fed();
    this.lines = fed.lines();
    this.nextLine = fed.line();
    this.nextOffset = fed.byteOffset();
    this.reader = tools.open(batch, fed.line(), fed.byteOffset());
  }

  /** True when it must begin again from the last mark, because the log did not take something. */
  boolean isBroken() {
    return isBroken;
  }

  /** Lines that have become requests, this time or before. */
  int lines() {
    return lines;
  }

  /** Feeds up to so many lines as there is room for; false when nothing could be done. */
  boolean step(BatchState state, int linesMax) throws IOException {
    boolean hasTold = tellReached();
    if (isAtEnd || room.isFull()) {
      return hasTold;
    }
    int ahead = tools.config().batches().linesAheadMax() - (lines - state.counts().finished());
    var slice = read(Math.min(linesMax, ahead));
    submit(slice);
    boolean isDue = isAtEnd || marks.linesSinceMark() >= LINES_PER_MARK;
    if (isDue) {
      // The end is told as the end even if the file is not as long as it was said to be.
      long offset = isAtEnd ? Math.max(nextOffset, batch.getInputBytes()) : nextOffset;
      marks.set(new FeedMarks.Mark(lines, nextLine, offset));
    }
    return hasTold || isAtEnd || !slice.isEmpty();
  }

  private List<BulkLine.Parsed> read(int max) throws IOException {
    var slice = new ArrayList<BulkLine.Parsed>();
    while (slice.size() < max) {
      var line = reader.next();
      if (line.isEmpty()) {
        isAtEnd = true;
        return slice;
      }
      nextLine = line.get().number() + 1;
      nextOffset = line.get().nextOffset();
      if (!line.get().isBlank()) {
        slice.add(parsed(line.get()));
      }
    }
    return slice;
  }

  private static BulkLine.Parsed parsed(LineReader.Line line) throws BadLine {
    return switch (BulkLine.read(line.text()).parsed()) {
      case Checked.Ok<BulkLine.Parsed>(BulkLine.Parsed fine) -> fine;
      case Checked.Refused<BulkLine.Parsed> refused -> throw new BadLine(line.number());
    };
  }

  private void submit(List<BulkLine.Parsed> slice) throws IOException {
    var names = slice.stream().map(BulkLine.Parsed::customId).toList();
    var done = tools.succeeded(batch.getAccount(), earlier, names);
    for (int i = 0; i < slice.size(); i++) {
      if (!done.get(i)) {
        submit(slice.get(i));
      }
    }
  }

  private void submit(BulkLine.Parsed line) throws IOException {
    var account = batch.getAccount();
    var files = tools.filesOf(account, line.body());
    var submission =
        new Submission(
            RequestIds.ofBatchLine(account, batch.getBatchId(), line.customId()),
            new Client(account, batch.getKeyName()),
            line.endpoint(),
            line.call(),
            options,
            batch.getLane(),
            null,
            batch.getBatchId(),
            line.customId(),
            line.body());
    lines++;
    int size = line.body().remaining();
    var segment = marks.begin();
    room.begin(size);
    tools
        .producer()
        .submit(
            submission.toRecord(tools.clock().instant(), files),
            listener(
                () -> {
                  segment.acknowledged();
                  room.end(size);
                },
                () -> room.end(size)));
  }

  private boolean tellReached() {
    var reached = marks.reached();
    reached.ifPresent(this::tell);
    return reached.isPresent();
  }

  private void tell(FeedMarks.Mark mark) {
    var record =
        new BatchFed(
            batch.getBatchId(),
            batch.getAccount(),
            mark.lines(),
            mark.line(),
            mark.byteOffset(),
            tools.clock().instant());
    tools
        .producer()
        .append(batch.getAccount(), record, batch.getBatchId(), listener(() -> {}, () -> {}));
  }

  private AcceptListener listener(Runnable acknowledged, Runnable failed) {
    return new AcceptListener() {
      @Override
      public void onAcknowledged(int partition, long offset) {
        acknowledged.run();
        wake.run();
      }

      @Override
      public void onFailed(Exception cause) {
        isBroken = true;
        failed.run();
        wake.run();
      }
    };
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
