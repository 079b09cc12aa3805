package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * The product is killed with {@code kill -9} while a batch is checked, while its lines are fed and
 * while they run, and started again on the same data. Then every line is in one of the two files,
 * once, and the books are audited.
 *
 * <p>The long form, {@code -Dmillrace.long=true}, takes more lines and {@code -Dmillrace.kills=N}
 * kills while they run.
 */
class BatchCrashFaultIT {

  private static final boolean LONG = Boolean.getBoolean("millrace.long");
  private static final int KILLS = Integer.getInteger("millrace.kills", LONG ? 10 : 1);
  private static final int LINES = LONG ? 50_000 : 400;
  private static final int CALLS_MAX = 16;
  private static final Duration DONE_TIMEOUT = LONG ? Duration.ofHours(2) : Duration.ofMinutes(4);
  private static final Spend PRICE = Spend.price("0.123457", "0.654321");
  private static final String SCRIPT =
      """
      {
        "latency": {"kind": "uniform", "minMs": 100, "maxMs": 300},
        "outputTokens": {"kind": "uniform", "minTokens": 5, "maxTokens": 40}
      }
      """;

  @Test
  void shouldLoseAndDoubleNoLineWheneverItIsKilled() throws Exception {
    // Given
    try (var installation = Installation.start(SCRIPT, BatchCrashFaultIT::config)) {
      var input = BatchFile.write(installation.directory().resolve("lines.jsonl"), LINES, "steady");
      var customIds = BatchFile.customIds(input);
      var file = batches(installation).upload(Files.readString(input));
      // When
      var id = batches(installation).start(file, "24h");
      crash(installation);
      awaitCalls(installation, 1);
      crash(installation);
      for (int kill = 1; kill <= KILLS; kill++) {
        awaitCalls(installation, (long) customIds.size() * kill / (KILLS + 1));
        crash(installation);
      }
      var batch = batches(installation).awaitEnd(id, DONE_TIMEOUT);
      // Then
      assertThat(batch.path("status").asText()).isEqualTo("completed");
      assertThat(batch.path("request_counts").path("completed").asInt())
          .isEqualTo(customIds.size());
      assertThat(batches(installation).customIds(batch))
          .containsExactlyInAnyOrderElementsOf(customIds);
      var audit = Audit.of(installation, PRICE);
      System.out.println(audit.report());
      audit.assertSound(customIds.size(), (KILLS + 2) * CALLS_MAX);
    }
  }

  private static Batches batches(Installation installation) {
    return new Batches(installation.client(Installation.KEY));
  }

  private static void crash(Installation installation) {
    installation.millrace().kill9();
    installation.upAgain();
  }

  private static void awaitCalls(Installation installation, long calls) {
    await()
        .atMost(DONE_TIMEOUT)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> installation.simulator().stats().path("calls").asLong() >= calls);
  }

  private static String config(String simulator) {
    return """
      providers:
        - {name: sim, kind: simulator, baseUrl: "%s", limits: {concurrencyMax: %d}}
      routes:
        - {model: steady, targets: [{provider: sim, model: steady}]}
      accounts:
        - id: acme
          keys: [{name: ci, secret: "%s"}]
          budgets: [{name: monthly, period: month, limitUsd: "1000", hard: true}]
      batches: {linesAheadMax: %d}
      prices:
        - {provider: sim, model: steady, inputUsdPerMTok: "%s", outputUsdPerMTok: "%s"}
      """
        .formatted(
            simulator,
            CALLS_MAX,
            Installation.KEY,
            LINES / 4,
            PRICE.inputUsdPerMTok(),
            PRICE.outputUsdPerMTok());
  }
}
