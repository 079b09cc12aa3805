package io.millrace.ingress.batches;

import io.millrace.ingress.BatchCheck;
import io.millrace.schemas.BatchChecked;
import io.millrace.schemas.BatchSubmitted;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the file of one batch to its end, a slice at a time, and says what is wrong with it. */
final class Checking implements Closeable {

  private final BatchTools tools;
  private final BatchSubmitted batch;
  private final BatchCheck check;
  private final LineReader reader;
  private final List<String> earlier;
  private int total;

  Checking(BatchTools tools, BatchSubmitted batch) throws IOException {
    this.tools = tools;
    this.batch = batch;
    this.check = tools.newCheck(batch);
    this.earlier = tools.earlier(batch);
    this.reader = tools.open(batch, 1, 0);
  }

  /** Reads on for a while; what was found, once the file is at its end. */
  Optional<BatchChecked> step(int lines) throws IOException {
    var fine = new ArrayList<String>();
    boolean isThrough = false;
    for (int left = lines; left > 0 && !isThrough; left--) {
      var line = reader.next();
      if (line.isEmpty()) {
        isThrough = true;
      } else {
        accept(line.get(), fine);
        isThrough = check.isOver();
      }
    }
    total += fine.size() - tools.succeeded(batch.getAccount(), earlier, fine).cardinality();
    return isThrough
        ? Optional.of(
            check.result(batch.getBatchId(), batch.getAccount(), total, tools.clock().instant()))
        : Optional.empty();
  }

  private void accept(LineReader.Line line, List<String> fine) {
    if (line.isTooLong()) {
      check.acceptTooLong(line.number());
    } else if (!line.isBlank()) {
      check.accept(line.number(), line.text()).ifPresent(parsed -> fine.add(parsed.customId()));
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
