package io.millrace.benchmarks;

import io.millrace.testkit.MillraceProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Many requests of 1 KiB, handed in by {@code POST /v1/requests:bulk}. */
final class Bulk {

  private static final int LINES_PER_CALL = 2_000;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private Bulk() {}

  /**
   * Submits lines that are named by their number.
   *
   * @param headers name and value in turn, besides the usual
   */
  static void submit(MillraceProcess process, int from, int to, String... headers)
      throws IOException, InterruptedException {
    for (int first = from; first < to; first += LINES_PER_CALL) {
      call(process, first, Math.min(to, first + LINES_PER_CALL), headers);
    }
  }

  private static void call(MillraceProcess process, int from, int to, String... headers)
      throws IOException, InterruptedException {
    var body = Target.chat(1024);
    var text =
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    "{\"custom_id\":\"%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}"
                        .formatted(i, body))
            .collect(Collectors.joining("\n"));
    var request =
        HttpRequest.newBuilder(process.http().resolve("/v1/requests:bulk"))
            .header("Authorization", "Bearer " + Product.KEY)
            .header("Content-Type", "application/x-ndjson")
            .timeout(TIMEOUT)
            .POST(BodyPublishers.ofString(text));
    if (headers.length > 0) {
      request.headers(headers);
    }
    var response = HTTP.send(request.build(), BodyHandlers.ofString());
    long accepted = response.body().lines().filter(line -> line.contains("\"id\":\"req_")).count();
    if (response.statusCode() != 200 || accepted != to - from) {
      throw new IllegalStateException(
          "accepted %d of %d, status %d".formatted(accepted, to - from, response.statusCode()));
    }
  }
}
