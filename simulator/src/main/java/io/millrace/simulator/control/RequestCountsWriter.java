package io.millrace.simulator.control;

import io.millrace.simulator.engine.RequestCounts;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/**
 * Writes the counts per request id as one JSON object, a piece at a time as the reader takes them.
 */
final class RequestCountsWriter {
  private final HttpServerResponse response;
  private final RequestCounts counts;
  private int next;
  private boolean hasMembers;

  RequestCountsWriter(HttpServerResponse response, RequestCounts counts) {
    this.response = response;
    this.counts = counts;
  }

  void start() {
    response.setChunked(true);
    response.write("{");
    send();
  }

  private void send() {
    while (next < counts.pieces()) {
      if (response.closed()) {
        return;
      }
      if (response.writeQueueFull()) {
        response.drainHandler(drained -> send());
        return;
      }
      write(counts.jsonMembers(next++));
    }
    response.end("}");
  }

  private void write(byte[] members) {
    if (members.length > 0) {
      response.write(Buffer.buffer(hasMembers ? "," : "").appendBytes(members));
      hasMembers = true;
    }
  }
}
