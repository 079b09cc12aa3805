package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testkit.Directories;
import io.millrace.testkit.SimulatorProcess;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How fast a file of prompts becomes a file of answers. */
final class BatchBenchmark implements Benchmark {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofHours(3);
  private static final Set<String> ENDS = Set.of("completed", "failed", "expired", "cancelled");

  /** More lines than this are run without latency: they are about memory, not about waiting. */
  private static final int WITH_LATENCY_MAX = 200_000;

  private static final int CALLS_MAX = 2_000;
  private static final String OWN =
      """
      {"custom_id": "own", "method": "POST", "url": "/v1/chat/completions", "body": {"model": \
      "gpt-4o-mini", "messages": [{"role": "user", "content": "Ada has 12 pears and finds 7 more, \
      then gives half of them to Bo. How many are left? Explain each step."}]}}""";

  @Override
  public String name() {
    return "batch";
  }

  @Override
  public String about() {
    return "A batch of real prompts (--requests lines) against a provider with 1 s latency and no"
        + " rate limit, or none above 200,000 lines; all services in one process";
  }

  @Override
  public Report run(Options options) throws IOException, InterruptedException {
    int lines = options.requests(50_000);
    int latencyMs = lines > WITH_LATENCY_MAX ? 0 : 1_000;
    var report =
        Report.of(
            this,
            "lines",
            "latency ms",
            "upload s",
            "checked s",
            "whole s",
            "lines/s",
            "last reply to completed ms",
            "heap before",
            "heap most",
            "heap after");
    try (var simulator = SimulatorProcess.start();
        var product = Product.start(Optional.of(config(simulator.openAiUrl())))) {
      simulator.script(
          "{\"latency\": {\"kind\": \"fixed\", \"ms\": %d}, \"outputTokens\": 12}"
              .formatted(latencyMs));
      run(product, simulator, 200);
      simulator.reset();
      report = report.row(row(run(product, simulator, lines), lines, latencyMs));
    }
    return report.note(
        "Goals: 500 lines/s now, 1,000 later; completed within 2 s of the last reply; with a million"
            + " lines the heap stays flat (-Xmx1g).");
  }

  /** What one batch took. */
  private record Run(
      double uploadSeconds,
      double checkedSeconds,
      double wholeSeconds,
      long afterLastReplyMs,
      double heapBefore,
      double heapMost,
      double heapAfter) {}

  private static Object[] row(Run run, int lines, int latencyMs) {
    return new Object[] {
      Figures.whole(lines),
      latencyMs,
      "%.1f".formatted(run.uploadSeconds()),
      "%.1f".formatted(run.checkedSeconds()),
      "%.1f".formatted(run.wholeSeconds()),
      Figures.whole(lines / run.wholeSeconds()),
      run.afterLastReplyMs(),
      Figures.mebibytes(run.heapBefore()),
      Figures.mebibytes(run.heapMost()),
      Figures.mebibytes(run.heapAfter())
    };
  }

  private static Run run(Product product, SimulatorProcess simulator, int lines)
      throws IOException, InterruptedException {
    double heapBefore = Heap.afterCollection(product.process());
    long begin = System.nanoTime();
    var file = upload(product, lines);
    double uploaded = secondsSince(begin);
    begin = System.nanoTime();
    var id =
        call(
                product,
                "/v1/batches",
                BodyPublishers.ofString(
                    """
                    {"input_file_id": "%s", "endpoint": "/v1/chat/completions",
                     "completion_window": "24h"}"""
                        .formatted(file)))
            .path("id")
            .asText();
    double checked = 0;
    double heapMost = heapBefore;
    long lastReply = 0;
    long nextHeap = begin;
    while (true) {
      var batch = call(product, "/v1/batches/" + id, BodyPublishers.noBody());
      var status = batch.path("status").asText();
      if (checked == 0 && !status.equals("validating")) {
        checked = secondsSince(begin);
      }
      if (lastReply == 0 && simulator.stats().path("calls").asInt() >= lines) {
        lastReply = System.nanoTime();
      }
      if (ENDS.contains(status)) {
        assertWhole(batch, lines);
        break;
      }
      if (System.nanoTime() >= nextHeap) {
        heapMost = Math.max(heapMost, Heap.used(product.process()));
        nextHeap = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      }
      if (secondsSince(begin) > PATIENCE.toSeconds()) {
        throw new IllegalStateException("not done in time: " + batch);
      }
      Thread.sleep(20);
    }
    double whole = secondsSince(begin);
    long after = lastReply == 0 ? 0 : (System.nanoTime() - lastReply) / 1_000_000;
    double heapAfter = Heap.afterCollection(product.process());
    return new Run(uploaded, checked, whole, after, heapBefore, heapMost, heapAfter);
  }

  private static void assertWhole(JsonNode batch, int lines) {
    if (batch.path("request_counts").path("completed").asInt() != lines) {
      throw new IllegalStateException("not every line succeeded: " + batch);
    }
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private static JsonNode call(Product product, String path, BodyPublisher body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(product.process().http().resolve(path))
            .header("Authorization", "Bearer " + Product.KEY)
            .header("Content-Type", "application/json")
            .timeout(Duration.ofMinutes(5));
    request.method(body.contentLength() == 0 ? "GET" : "POST", body);
    var answer = HTTP.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  /** Uploads the shared prompts again and again under new names, or our own where they are not. */
  private static String upload(Product product, int lines)
      throws IOException, InterruptedException {
    var form = Files.createTempFile("millrace-batch", ".form");
    try {
      write(form, prompts(), lines);
      var request =
          HttpRequest.newBuilder(product.process().http().resolve("/v1/files"))
              .header("Authorization", "Bearer " + Product.KEY)
              .header("Content-Type", "multipart/form-data; boundary=bench")
              .timeout(Duration.ofMinutes(10))
              .POST(BodyPublishers.ofFile(form));
      var answer = HTTP.send(request.build(), BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(answer.statusCode() + " " + answer.body());
      }
      return JSON.readTree(answer.body()).path("id").asText();
    } finally {
      Files.delete(form);
    }
  }

  private static List<String> prompts() throws IOException {
    var shared = Directories.repository().resolveSibling("shared").resolve("data");
    var real = shared.resolve("gsm8k-batch.jsonl");
    return Files.exists(real) ? Files.readAllLines(real) : List.of(OWN);
  }

  private static void write(Path form, List<String> prompts, int lines) throws IOException {
    try (var out = new BufferedOutputStream(Files.newOutputStream(form))) {
      out.write(
          bytes(
              "--bench\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--bench"
                  + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.jsonl\"\r\n\r\n"));
      for (int i = 0; i < lines; i++) {
        var line =
            prompts
                .get(i % prompts.size())
                .replaceFirst("\"custom_id\": ?\"[^\"]*\"", "\"custom_id\": \"line-" + i + "\"")
                .replaceFirst("\"model\": ?\"[^\"]*\"", "\"model\": \"gpt-4o-mini\"");
        out.write(bytes(line));
        out.write('\n');
      }
      out.write(bytes("\r\n--bench--\r\n"));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String config(String simulatorUrl) {
    return """
      http: {port: 0, managementPort: 0}
      kafka: {embedded: true, port: 0}
      schemaRegistry: {embedded: true, port: 0}
      providers:
        - {name: sim, kind: simulator, baseUrl: "%s", limits: {concurrencyMax: %d}}
      routes:
        - {model: gpt-4o-mini, targets: [{provider: sim, model: gpt-4o-mini}]}
      prices:
        - {provider: sim, model: gpt-4o-mini, inputUsdPerMTok: "0.15", outputUsdPerMTok: "0.60"}
      accounts:
        - {id: bench, keys: [{name: bench, secret: "%s"}], limits: {inFlightMax: %d}}
      """
        .formatted(simulatorUrl, CALLS_MAX, Product.KEY, CALLS_MAX);
  }
}
