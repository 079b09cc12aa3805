package io.millrace.ingress;

import static io.millrace.ingress.Records.aResult;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.config.BatchesConfig;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches through a real ingress; the test stands in for dispatcher and workers. */
class BatchesIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AHEAD_MAX = 20;

  @TempDir static Path directory;
  private static Installation millrace;

  @BeforeAll
  static void start() {
    millrace =
        new Installation(
            directory,
            config ->
                config.withBatches(
                    new BatchesConfig(100, AHEAD_MAX, Duration.ofSeconds(10), Duration.ofDays(7))));
  }

  @AfterAll
  static void stop() {
    millrace.close();
  }

  @Test
  void shouldRunEveryLineAndGiveItsResultsAsFiles() throws Exception {
    // Given
    var file = upload(lines(5));
    var created =
        post(
            "/v1/batches",
            """
            {"input_file_id": "%s", "endpoint": "/v1/chat/completions",
             "completion_window": "24h", "metadata": {"team": "search"}}"""
                .formatted(file));
    var id = created.path("id").asText();
    assertThat(created.path("status").asText()).isEqualTo("validating");
    // When
    for (int i = 1; i <= 5; i++) {
      finish(awaitLine(id, "line-" + i), i != 4);
    }
    var batch = awaitStatus(id, "completed");
    // Then
    assertThat(batch.path("request_counts").toString())
        .isEqualTo("{\"total\":5,\"completed\":4,\"failed\":1}");
    assertThat(batch.path("usage").path("total_tokens").asInt()).isEqualTo(4 * 17);
    assertThat(batch.path("metadata").path("team").asText()).isEqualTo("search");
    assertThat(batch.path("model").asText()).isEqualTo("gpt-4o-mini");
    assertThat(batch.path("in_progress_at").isNumber()).isTrue();
    assertThat(batch.path("completed_at").isNumber()).isTrue();
    assertThat(batch.path("errors").isNull()).isTrue();
    assertThat(customIds(contentOf(batch, "output_file_id")))
        .containsExactly("line-1", "line-2", "line-3", "line-5");
    var error = JSON.readTree(contentOf(batch, "error_file_id").getFirst());
    assertThat(error.path("custom_id").asText()).isEqualTo("line-4");
    assertThat(error.path("response").path("status_code").asInt()).isEqualTo(500);
    assertThat(error.path("error").isNull()).isTrue();
  }

  @Test
  void shouldListTheFilesOfResultsAmongOthersAndDeleteThem() throws Exception {
    // Given
    var id = create(upload(lines(1)));
    finish(awaitLine(id, "line-1"), true);
    var output = awaitStatus(id, "completed").path("output_file_id").asText();
    var shown = get("/v1/files?purpose=batch_output").path("data");
    // When
    var deleted = millrace.send(millrace.call("/v1/files/" + output).DELETE());
    // Then
    assertThat(StreamSupport.stream(shown.spliterator(), false).map(f -> f.path("id").asText()))
        .contains(output);
    assertThat(get("/v1/files/" + output).path("error").path("message").asText())
        .isEqualTo("No such File object: " + output);
    assertThat(deleted.statusCode()).isEqualTo(200);
    assertThat(get("/v1/batches/" + id).path("output_file_id").isNull()).isTrue();
  }

  @Test
  void shouldFailWithTheLineOfEachMistake() throws Exception {
    // Given
    var good = line("a", "/v1/chat/completions", "gpt-4o-mini");
    var file =
        upload(
            String.join(
                "\n",
                good,
                "",
                "not json",
                good,
                line("b", "/v1/embeddings", "gpt-4o-mini").replace("messages", "input"),
                line("c", "/v1/chat/completions", "unknown"),
                good.replace("POST", "GET")));
    // When
    var batch = awaitStatus(create(file), "failed");
    // Then
    var found = new ArrayList<String>();
    batch
        .path("errors")
        .path("data")
        .forEach(e -> found.add(e.path("line").asInt() + " " + e.path("code").asText()));
    assertThat(found)
        .contains(
            "3 invalid_json_line",
            "4 duplicate_custom_id",
            "6 model_not_found",
            "7 invalid_method");
    assertThat(batch.path("failed_at").isNumber()).isTrue();
    assertThat(batch.path("request_counts").path("total").asInt()).isZero();
  }

  @Test
  void shouldNotFeedFurtherThanItMayAndGoOnBehindARestart() throws Exception {
    // Given
    var id = create(upload(lines(50)));
    awaitLine(id, "line-" + AHEAD_MAX);
    // When
    millrace.restart();
    for (int i = 1; i <= 50; i++) {
      finish(awaitLine(id, "line-" + i), true);
    }
    var batch = awaitStatus(id, "completed");
    // Then
    assertThat(batch.path("request_counts").path("completed").asInt()).isEqualTo(50);
    assertThat(customIds(contentOf(batch, "output_file_id")))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 50).mapToObj(i -> "line-" + i).toList());
  }

  @Test
  void shouldKeepAFileThatABatchHasNotReadToItsEnd() throws Exception {
    // Given
    var file = upload(lines(50));
    var id = create(file);
    awaitLine(id, "line-" + AHEAD_MAX);
    // When
    var early = millrace.send(millrace.call("/v1/files/" + file).DELETE());
    for (int i = 1; i <= 50; i++) {
      finish(awaitLine(id, "line-" + i), true);
    }
    awaitStatus(id, "completed");
    var late = millrace.send(millrace.call("/v1/files/" + file).DELETE());
    // Then
    assertThat(early.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(early.body()).at("/error/message").asText()).contains(id);
    assertThat(late.statusCode()).isEqualTo(200);
  }

  @Test
  void shouldTellTheDispatcherOfACancelAndFeedTheRestToBeEnded() throws Exception {
    // Given
    var id = create(upload(lines(40)));
    var first = awaitLine(id, "line-1");
    // When
    var cancelling = post("/v1/batches/" + id + "/cancel", "");
    var wish = millrace.await(CancelBatch.class, w -> w.getBatchId().equals(id));
    finish(first, true);
    for (int i = 2; i <= 40; i++) {
      cutOff(awaitLine(id, "line-" + i), RequestStatus.CANCELLED);
    }
    var batch = awaitStatus(id, "cancelled");
    // Then
    assertThat(cancelling.path("status").asText()).isEqualTo("cancelling");
    assertThat(cancelling.path("cancelling_at").isNumber()).isTrue();
    assertThat(wish.getExpiresAt()).isEqualTo(first.getDeadline().orElseThrow());
    assertThat(batch.path("request_counts").path("failed").asInt()).isEqualTo(39);
    var line = JSON.readTree(contentOf(batch, "error_file_id").getFirst());
    assertThat(line.path("response").isNull()).isTrue();
    assertThat(line.path("error").path("code").asText()).isEqualTo("batch_cancelled");
    assertThat(status(millrace.send(posting("/v1/batches/" + id + "/cancel", "")))).isEqualTo(200);
  }

  @Test
  void shouldRunOnlyTheMissingLinesOnResume() throws Exception {
    // Given
    var id = create(upload(lines(4)));
    finish(awaitLine(id, "line-1"), true);
    finish(awaitLine(id, "line-2"), false);
    cutOff(awaitLine(id, "line-3"), RequestStatus.EXPIRED);
    finish(awaitLine(id, "line-4"), true);
    awaitStatus(id, "expired");
    // When
    var resumed = post("/v1/batches/" + id + "/resume", "{\"completion_window\": \"2h\"}");
    var next = resumed.path("id").asText();
    finish(awaitLine(next, "line-2"), true);
    finish(awaitLine(next, "line-3"), false);
    awaitStatus(next, "completed");
    var last = post("/v1/batches/" + next + "/resume", "").path("id").asText();
    finish(awaitLine(last, "line-3"), true);
    // Then
    assertThat(resumed.path("resumed_from").asText()).isEqualTo(id);
    assertThat(resumed.path("completion_window").asText()).isEqualTo("2h");
    assertThat(awaitStatus(last, "completed").path("request_counts").path("total").asInt())
        .isEqualTo(1);
    assertThat(status(millrace.send(posting("/v1/batches/" + last + "/resume", ""))))
        .isEqualTo(400);
  }

  @Test
  void shouldPageThroughBatchesNewestFirst() throws Exception {
    // Given
    var file = upload(lines(1));
    var first = create(file);
    var second = create(file);
    // When
    var page = get("/v1/batches?limit=1");
    var next = get("/v1/batches?limit=1&after=" + second);
    // Then
    assertThat(page.path("data").get(0).path("id").asText()).isEqualTo(second);
    assertThat(page.path("has_more").asBoolean()).isTrue();
    assertThat(page.path("last_id").asText()).isEqualTo(second);
    assertThat(next.path("data").get(0).path("id").asText()).isEqualTo(first);
  }

  @Test
  void shouldBeTheSameBatchWhenItsKeyComesAgain() throws Exception {
    // Given
    var file = upload(lines(1));
    var body =
        """
        {"input_file_id": "%s", "endpoint": "/v1/chat/completions"}"""
            .formatted(file);
    var call = posting("/v1/batches", body).header("Idempotency-Key", "once");
    var first = JSON.readTree(millrace.send(call).body()).path("id").asText();
    // When
    var again = millrace.send(call);
    var other =
        millrace.send(
            posting("/v1/batches", body.replace("chat/completions", "embeddings"))
                .header("Idempotency-Key", "once"));
    // Then
    assertThat(JSON.readTree(again.body()).path("id").asText()).isEqualTo(first);
    assertThat(other.statusCode()).isEqualTo(409);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|missing_required_parameter|input_file_id",
        "{\"input_file_id\":\"FILE\"}|missing_required_parameter|endpoint",
        "{\"input_file_id\":\"FILE\",\"endpoint\":\"/v1/no\"}|invalid_value|endpoint",
        "{\"input_file_id\":\"file-1\",\"endpoint\":\"/v1/embeddings\"}|invalid_value|input_file_id",
        "{\"input_file_id\":\"FILE\",\"endpoint\":\"/v1/embeddings\",\"completion_window\":\"8d\"}"
            + "|invalid_value|completion_window",
        "{\"input_file_id\":\"FILE\",\"endpoint\":\"/v1/embeddings\",\"completion_window\":\"1s\"}"
            + "|invalid_value|completion_window",
        "{\"input_file_id\":\"FILE\",\"endpoint\":\"/v1/embeddings\",\"metadata\":{\"a\":1}}"
            + "|invalid_type|metadata.a",
      })
  void shouldSayWhatIsWrongWithABatch(String body, String code, String param) throws Exception {
    // Given
    var file = body.contains("FILE") ? upload(lines(1)) : "";
    // When
    var answer = millrace.send(posting("/v1/batches", body.replace("FILE", file)));
    // Then
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    var error = JSON.readTree(answer.body()).path("error");
    assertThat(error.path("code").asText()).isEqualTo(code);
    assertThat(error.path("param").asText()).isEqualTo(param);
  }

  @Test
  void shouldNotShowABatchToAnotherAccount() throws Exception {
    // Given
    var id = create(upload(lines(1)));
    // When
    var answer =
        millrace.send(
            millrace.call("/v1/batches/" + id).setHeader("Authorization", "Bearer sk-globex"));
    // Then
    assertThat(answer.statusCode()).isEqualTo(404);
  }

  private static String lines(int count) {
    var lines = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      lines.append(line("line-" + i, "/v1/chat/completions", "gpt-4o-mini")).append('\n');
    }
    return lines.toString();
  }

  private static String line(String customId, String url, String model) {
    return """
        {"custom_id": "%s", "method": "POST", "url": "%s", "body": {"model": "%s", \
        "messages": [{"role": "user", "content": "hello"}]}}"""
        .formatted(customId, url, model);
  }

  private static String upload(String content) throws Exception {
    var form =
        new MultipartForm()
            .field("purpose", "batch")
            .file("lines.jsonl", content.getBytes(StandardCharsets.UTF_8));
    var answer =
        millrace.send(
            millrace
                .call("/v1/files")
                .header("Content-Type", MultipartForm.CONTENT_TYPE)
                .POST(form.publisher()));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("id").asText();
  }

  private static String create(String file) throws Exception {
    return post(
            "/v1/batches",
            """
            {"input_file_id": "%s", "endpoint": "/v1/chat/completions"}"""
                .formatted(file))
        .path("id")
        .asText();
  }

  private static java.net.http.HttpRequest.Builder posting(String path, String body) {
    return millrace.call(path).POST(BodyPublishers.ofString(body));
  }

  private static JsonNode post(String path, String body) throws Exception {
    var answer = millrace.send(posting(path, body));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static JsonNode get(String path) throws Exception {
    return JSON.readTree(millrace.send(millrace.call(path)).body());
  }

  private static int status(HttpResponse<String> answer) {
    return answer.statusCode();
  }

  private static RequestSubmitted awaitLine(String batchId, String customId) {
    var id = RequestIds.ofBatchLine("acme", batchId, customId);
    var line = millrace.await(RequestSubmitted.class, r -> r.getRequestId().equals(id));
    assertThat(line.getLane()).isEqualTo(Lane.BULK);
    assertThat(line.getBatchId()).contains(batchId);
    return line;
  }

  private static void finish(RequestSubmitted line, boolean isSuccess) {
    var result = resultOf(line);
    if (!isSuccess) {
      result
          .setStatus(RequestStatus.FAILED)
          .setHttpStatus(500)
          .setUsage(null)
          .setBody(Records.bytes("{\n  \"error\": {\"code\": \"upstream_failure\"}\n}"));
    }
    say(result.build());
  }

  private static void cutOff(RequestSubmitted line, RequestStatus status) {
    say(resultOf(line).setStatus(status).setHttpStatus(499).setAttempts(0).setUsage(null).build());
  }

  private static RequestResult.Builder resultOf(RequestSubmitted line) {
    return aResult("acme", line.getRequestId())
        .setBatchId(line.getBatchId().orElseThrow())
        .setCustomId(line.getCustomId().orElseThrow())
        .setFinishedAt(java.time.Instant.now());
  }

  private static void say(RequestResult result) {
    millrace.say(millrace.topics.results(), "acme", result, result.getRequestId());
  }

  private static JsonNode awaitStatus(String batchId, String status) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> get("/v1/batches/" + batchId),
            batch -> batch.path("status").asText().equals(status));
  }

  /** Its lines; the bytes are as many as the file says. */
  private static List<String> contentOf(JsonNode batch, String which) throws Exception {
    var id = batch.path(which).asText();
    var file = get("/v1/files/" + id);
    assertThat(file.path("purpose").asText()).isEqualTo("batch_output");
    var content = millrace.send(millrace.call("/v1/files/" + id + "/content")).body();
    assertThat(content.getBytes(StandardCharsets.UTF_8)).hasSize(file.path("bytes").asInt());
    return content.lines().toList();
  }

  private static List<String> customIds(List<String> lines) throws Exception {
    var ids = new ArrayList<String>();
    for (var line : lines) {
      ids.add(JSON.readTree(line).path("custom_id").asText());
    }
    return ids;
  }
}
