package io.millrace.standalone.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.standalone.client.Backoff;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** Writes results to the output as they finish, until every line has one. */
final class Collector implements Callable<Void> {

  private static final int PAGE_LINES_MAX = 1000;

  /** Lines of a page are written together, or sooner when they are large. */
  private static final int WRITE_BYTES_MAX = 4 * 1024 * 1024;

  private final ObjectMapper json = new ObjectMapper();
  private final long expected;
  private final RunFiles files;
  private final BulkCalls calls;
  private final Backoff backoff;
  private final CountDownLatch submissionKnown;

  /**
   * @param expected lines that get a result
   * @param submissionKnown open when there is something to collect or nothing ever will be
   */
  Collector(
      long expected,
      RunFiles files,
      BulkCalls calls,
      Backoff backoff,
      CountDownLatch submissionKnown) {
    this.expected = expected;
    this.files = files;
    this.calls = calls;
    this.backoff = backoff;
    this.submissionKnown = submissionKnown;
  }

  @Override
  public Void call() throws InterruptedException {
    submissionKnown.await();
    while (files.state().tally().done() < expected) {
      backoff.call(this::page);
    }
    return null;
  }

  private Void page() throws IOException {
    var state = files.state();
    try (var page = calls.results(state.batchId(), state.cursor(), PAGE_LINES_MAX)) {
      var pending = new Pending();
      for (var next = page.next(); next.isPresent(); next = page.next()) {
        pending.add(next.get().bytes());
        if (pending.bytes > WRITE_BYTES_MAX) {
          pending.write();
          pending = new Pending();
        }
      }
      pending.write();
      return null;
    }
  }

  /** Results that are read and not yet written. */
  private final class Pending {
    private final ArrayList<byte[]> lines = new ArrayList<>();
    private Tally tally = Tally.NONE;
    private String cursor = "";
    private long bytes;

    void add(byte[] line) throws IOException {
      var result = json.readTree(line);
      lines.add(line);
      bytes += line.length;
      tally = tally.plus(tallyOf(result));
      cursor = result.path("cursor").asText();
    }

    void write() throws IOException {
      if (!lines.isEmpty()) {
        files.append(lines, (state, length) -> state.collected(cursor, length, tally));
      }
    }
  }

  private static Tally tallyOf(JsonNode result) {
    var response = result.path("response");
    int status = response.path("status_code").asInt();
    boolean isSuccess = !result.path("error").isObject() && status >= 200 && status < 300;
    var usage = response.path("body").path("usage");
    return new Tally(
        isSuccess ? 1 : 0,
        isSuccess ? 0 : 1,
        usage.path("prompt_tokens").asLong(),
        usage.path("completion_tokens").asLong(),
        new BigDecimal(result.path("cost_usd").asText("0")));
  }
}
