package io.millrace.standalone.submit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.standalone.client.Backoff;
import io.millrace.standalone.submit.InputLines.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Sends the input from where an earlier run stopped. In calls of limited size, one after the other:
 * a client of HTTP/1.1 reads nothing before all is sent, so the receipts of one endless call would
 * pile up unread. Sending lines twice does no harm, as the server names a request by run and
 * custom_id.
 */
final class Submitter implements Callable<Void> {

  private static final int CALL_LINES_MAX = 1000;
  private static final int CALL_BYTES_MAX = 4 * 1024 * 1024;

  private final ObjectMapper json = new ObjectMapper();
  private final Path input;
  private final Set<Long> duplicates;
  private final RunFiles files;
  private final BulkCalls calls;
  private final Backoff backoff;
  private final Complaints complaints;
  private final Runnable onKnown;

  /**
   * @param onKnown called when the server knows the run, or when all is sent
   */
  Submitter(
      Path input,
      InputScan scan,
      RunFiles files,
      BulkCalls calls,
      Backoff backoff,
      Complaints complaints,
      Runnable onKnown) {
    this.input = input;
    this.duplicates = new HashSet<>(scan.duplicates());
    this.files = files;
    this.calls = calls;
    this.backoff = backoff;
    this.complaints = complaints;
    this.onKnown = onKnown;
  }

  @Override
  public Void call() throws IOException, InterruptedException {
    announce();
    long submitted = files.state().linesSubmitted();
    try (var lines = InputLines.of(input)) {
      for (long skipped = 0; skipped < submitted; skipped++) {
        lines.next();
      }
      var chunk = chunk(lines);
      while (!chunk.isEmpty()) {
        submitted += chunk.size();
        submit(chunk.stream().filter(l -> !duplicates.contains(l.number())).toList(), submitted);
        chunk = chunk(lines);
      }
    }
    onKnown.run();
    return null;
  }

  private void announce() {
    if (!files.state().batchId().isEmpty()) {
      onKnown.run();
    }
  }

  private static List<Line> chunk(InputLines lines) throws IOException {
    var chunk = new ArrayList<Line>();
    long bytes = 0;
    while (chunk.size() < CALL_LINES_MAX && bytes < CALL_BYTES_MAX) {
      var line = lines.next();
      if (line.isEmpty()) {
        break;
      }
      chunk.add(line.get());
      bytes += line.get().bytes().length;
    }
    return chunk;
  }

  private void submit(List<Line> lines, long linesSubmitted)
      throws IOException, InterruptedException {
    var runKey = files.state().runKey();
    List<Receipt> receipts = lines.isEmpty() ? List.of() : backoff.call(() -> taken(runKey, lines));
    var rejected = new ArrayList<byte[]>();
    var batchId = files.state().batchId();
    var firstRequestId = "";
    for (int i = 0; i < receipts.size(); i++) {
      switch (receipts.get(i)) {
        case Receipt.Accepted accepted -> {
          batchId = accepted.batchId();
          firstRequestId = firstRequestId.isEmpty() ? accepted.requestId() : firstRequestId;
        }
        case Receipt.Rejected refused -> {
          batchId = refused.batchId();
          complaints.line(lines.get(i).number(), refused.customId(), refused.message());
          rejected.add(errorLine(lines.get(i).number(), refused));
        }
        case Receipt.NotNow later -> throw new IllegalStateException(later.message());
      }
    }
    var batch = batchId;
    var first = firstRequestId;
    files.append(
        rejected,
        (state, bytes) ->
            state.submitted(batch, first, linesSubmitted, bytes, Tally.failed(rejected.size())));
    announce();
  }

  /** Receipts that are final, or an exception that calls for another try. */
  private List<Receipt> taken(String runKey, List<Line> lines) throws IOException {
    var receipts = calls.submit(runKey, lines.stream().map(Line::bytes).toList());
    for (var receipt : receipts) {
      if (receipt instanceof Receipt.NotNow later) {
        throw new IOException(later.message());
      }
    }
    return receipts;
  }

  private byte[] errorLine(long number, Receipt.Rejected rejected) throws IOException {
    var line = json.createObjectNode();
    line.putNull("id");
    line.put("custom_id", rejected.customId().orElse(null));
    line.put("line", number);
    line.putNull("response");
    line.putObject("error").put("code", rejected.code()).put("message", rejected.message());
    return json.writeValueAsBytes(line);
  }
}
