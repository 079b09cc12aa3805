package io.millrace.e2e;

import static io.millrace.e2e.Batches.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Batches through the whole product. */
class BatchE2E {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Spend PRICE = Spend.price("0.2", "0.6");
  private static final String SCRIPT =
      """
      {
        "latency": {"kind": "fixed", "ms": 20},
        "outputTokens": 12,
        "models": {
          "slow": {"latency": {"kind": "fixed", "ms": 400}},
          "picky": {"errors": [{"status": 400, "code": "invalid_value", "message": "no"}]}
        }
      }
      """;

  private static Installation installation;
  private static Batches batches;

  @BeforeAll
  static void start() throws Exception {
    installation = Installation.start(SCRIPT, BatchE2E::config);
    batches = new Batches(installation.client(Installation.KEY));
  }

  @AfterAll
  static void stop() {
    batches.client().close();
    installation.close();
  }

  @Test
  void shouldPutEveryLineIntoOneOfTheFilesWhenSomeFail() {
    // Given
    var lines =
        IntStream.range(0, 60)
            .mapToObj(i -> line("mixed-" + i, i % 10 == 3 ? "picky" : "steady"))
            .collect(Collectors.joining());
    // When
    var batch = batches.awaitEnd(batches.start(batches.upload(lines), "24h"), PATIENCE);
    // Then
    assertThat(batch.path("status").asText()).isEqualTo("completed");
    assertThat(batch.path("request_counts").toString())
        .isEqualTo("{\"total\":60,\"completed\":54,\"failed\":6}");
    assertThat(batch.path("usage").path("output_tokens").asInt()).isEqualTo(54 * 12);
    assertThat(batches.customIds(batch))
        .hasSize(60)
        .doesNotHaveDuplicates()
        .allMatch(id -> id.startsWith("mixed-"));
    assertThat(batches.lines(batch, "error_file_id"))
        .allMatch(line -> line.path("response").path("status_code").asInt() == 400);
  }

  @Test
  void shouldSpendNothingMoreOnceItIsCancelledAndRunTheRestOnResume() {
    // Given
    var ids = IntStream.range(0, 200).mapToObj(i -> "cancel-" + i).toList();
    var file =
        batches.upload(ids.stream().map(id -> line(id, "slow")).collect(Collectors.joining()));
    var id = batches.start(file, "24h");
    await()
        .atMost(PATIENCE)
        .until(() -> batches.get(id).path("request_counts").path("completed").asInt() >= 8);
    // When
    batches.post("/v1/batches/" + id + "/cancel", "{}");
    var batch = batches.awaitEnd(id, PATIENCE);
    long callsAtEnd = calls();
    // Then
    assertThat(batch.path("status").asText()).isEqualTo("cancelled");
    assertThat(batches.customIds(batch)).containsExactlyInAnyOrderElementsOf(ids);
    int completed = batch.path("request_counts").path("completed").asInt();
    assertThat(completed).isBetween(8, 199);
    var resumed = batches.post("/v1/batches/" + id + "/resume", "{}").path("id").asText();
    var rest = batches.awaitEnd(resumed, PATIENCE);
    assertThat(rest.path("request_counts").path("completed").asInt()).isEqualTo(200 - completed);
    assertThat(calls() - callsAtEnd).isEqualTo(200 - completed);
    var all = new ArrayList<>(succeeded(batch));
    all.addAll(succeeded(rest));
    assertThat(all).containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void shouldEndInTimeWhenItsWindowIsOver() {
    // Given
    var ids = IntStream.range(0, 150).mapToObj(i -> "late-" + i).toList();
    var file =
        batches.upload(ids.stream().map(id -> line(id, "slow")).collect(Collectors.joining()));
    // When
    var batch = batches.awaitEnd(batches.start(file, "3s"), PATIENCE);
    // Then
    assertThat(batch.path("status").asText()).isEqualTo("expired");
    assertThat(batch.path("expired_at").asLong() - batch.path("expires_at").asLong())
        .isBetween(0L, 12L);
    assertThat(batches.customIds(batch)).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(batches.lines(batch, "error_file_id"))
        .isNotEmpty()
        .allMatch(line -> line.path("error").path("code").asText().equals("batch_expired"));
  }

  @Test
  void shouldEstimateWhatIsThenSpent() {
    // Given
    var lines =
        IntStream.range(0, 30)
            .mapToObj(i -> line("cost-" + i, "steady"))
            .collect(Collectors.joining());
    var file = batches.upload(lines);
    // When
    var estimate = batches.estimate(file);
    var batch = batches.awaitEnd(batches.start(file, "1h"), PATIENCE);
    // Then
    var spent = new BigDecimal(batch.path("cost_usd").asText());
    assertThat(estimate.path("request_counts").path("total").asInt()).isEqualTo(30);
    assertThat(spent).isPositive();
    assertThat(spent)
        .isLessThanOrEqualTo(new BigDecimal(estimate.path("cost_usd").path("worst_case").asText()));
    assertThat(batch.path("usage").path("input_tokens").asLong())
        .isLessThanOrEqualTo(estimate.path("input_tokens_max").asLong());
  }

  private static List<String> succeeded(JsonNode batch) {
    return batches.lines(batch, "output_file_id").stream()
        .map(line -> line.path("custom_id").asText())
        .toList();
  }

  private static long calls() {
    return installation.simulator().stats().path("calls").asLong();
  }

  private static String config(String simulator) {
    return """
      providers:
        - {name: sim, kind: simulator, baseUrl: "%s", limits: {concurrencyMax: 8}}
      routes:
        - {model: steady, targets: [{provider: sim, model: steady}]}
        - {model: slow, targets: [{provider: sim, model: slow}]}
        - {model: picky, targets: [{provider: sim, model: picky}]}
      accounts:
        - id: acme
          keys: [{name: ci, secret: "%s"}]
      batches: {windowMin: PT1S}
      prices:
        - {provider: sim, model: steady, inputUsdPerMTok: "%s", outputUsdPerMTok: "%s"}
      """
        .formatted(simulator, Installation.KEY, PRICE.inputUsdPerMTok(), PRICE.outputUsdPerMTok());
  }
}
