package io.millrace.standalone.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.standalone.client.ApiClient;
import io.millrace.standalone.client.RefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The three calls that a run makes. */
final class BulkCalls {

  private static final Duration SUBMIT_TIMEOUT = Duration.ofMinutes(2);
  private static final int WAIT_SECONDS = 20;
  private static final Duration RESULTS_TIMEOUT = Duration.ofSeconds(WAIT_SECONDS + 40);
  private static final int NOT_FOUND = 404;

  private final ObjectMapper json = new ObjectMapper();
  private final ApiClient client;

  BulkCalls(ApiClient client) {
    this.client = client;
  }

  /** Submits the lines; a receipt for each, in their order. */
  List<Receipt> submit(String runKey, List<byte[]> lines) throws IOException {
    var body = new ByteArrayOutputStream();
    for (var line : lines) {
      body.writeBytes(line);
      body.write('\n');
    }
    var response =
        client.postLines(
            "/v1/requests:bulk",
            Map.of("Idempotency-Key", runKey),
            body.toByteArray(),
            SUBMIT_TIMEOUT);
    var receipts = new ArrayList<Receipt>(lines.size());
    try (var answer = new InputLines(response.body())) {
      for (var next = answer.next(); next.isPresent(); next = answer.next()) {
        receipts.add(Receipt.of(json.readTree(next.get().bytes())));
      }
    }
    if (receipts.size() != lines.size()) {
      throw new IOException("%d receipts for %d lines".formatted(receipts.size(), lines.size()));
    }
    return receipts;
  }

  /**
   * Results of the run after the cursor, up to the limit, as they come; waits a while for the
   * first.
   *
   * @param cursor empty for the beginning
   */
  InputLines results(String batchId, String cursor, int limit) throws IOException {
    var path =
        "/v1/results?batch=%s&limit=%d%s"
            .formatted(
                URLEncoder.encode(batchId, StandardCharsets.UTF_8),
                limit,
                cursor.isEmpty()
                    ? ""
                    : "&after=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8));
    return new InputLines(
        client.stream(path, Map.of("Prefer", "wait=" + WAIT_SECONDS), RESULTS_TIMEOUT).body());
  }

  /** True when the server has the request. */
  boolean knows(String requestId) throws IOException {
    try {
      JsonNode answer = client.get("/v1/requests/" + requestId);
      return answer.path("id").asText().equals(requestId);
    } catch (RefusedException e) {
      if (e.status() == NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }
}
