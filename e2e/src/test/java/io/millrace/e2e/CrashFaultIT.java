package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.testkit.Directories;
import io.millrace.testkit.MillraceProcess;
import io.millrace.testkit.ProductCommand;
import io.millrace.testkit.ProductProcess;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The product is killed with {@code kill -9} at random moments while it works through a file, and
 * started again on the same data, until the file is done. Then the books are audited.
 *
 * <p>The long form, {@code -Dmillrace.long=true}, takes the whole file and {@code
 * -Dmillrace.kills=N} kills; {@code -Dmillrace.seed=N} repeats the moments.
 */
class CrashFaultIT {

  private static final boolean LONG = Boolean.getBoolean("millrace.long");
  private static final int KILLS = Integer.getInteger("millrace.kills", LONG ? 20 : 2);
  private static final long SEED = Long.getLong("millrace.seed", 42);
  private static final int LINES_MAX = LONG ? 100_000 : 200;
  private static final int CALLS_MAX = 16;
  private static final Duration DONE_TIMEOUT = LONG ? Duration.ofHours(2) : Duration.ofMinutes(4);
  private static final Spend PRICE = Spend.price("0.123457", "0.654321");

  private static final String SCRIPT =
      """
      {
        "latency": {"kind": "uniform", "minMs": 200, "maxMs": 500},
        "outputTokens": {"kind": "uniform", "minTokens": 5, "maxTokens": 40}
      }
      """;

  private final Random random = new Random(SEED);

  @Test
  void shouldLoseNothingAndRepeatOnlyWhatWasInFlightWhenKilled() throws Exception {
    // Given
    try (var installation =
        Installation.start(
            SCRIPT,
            simulator ->
                config(
                    simulator,
                    CALLS_MAX,
                    Installation.KEY,
                    PRICE.inputUsdPerMTok(),
                    PRICE.outputUsdPerMTok()))) {
      var input =
          BatchFile.write(installation.directory().resolve("prompts.jsonl"), LINES_MAX, "steady");
      var customIds = BatchFile.customIds(input);
      var output = installation.directory().resolve("answers.jsonl");
      // When
      int submits = submitThroughKills(installation, input, output, customIds.size());
      // Then
      var audit = Audit.of(installation, PRICE);
      report(audit, customIds.size(), submits);
      assertThat(Files.readAllLines(output))
          .extracting(line -> Client.parse(line).path("custom_id").asText())
          .containsExactlyInAnyOrderElementsOf(customIds);
      audit.assertSound(customIds.size(), KILLS * CALLS_MAX);
    }
  }

  /** Runs submit to its end, killing the product meanwhile; how often submit was started. */
  private int submitThroughKills(Installation installation, Path input, Path output, int lines) {
    int submits = 1;
    var submit = submit(installation, input, output);
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        awaitMoment(installation, kill, lines);
        installation.millrace().kill9();
        if (LONG && random.nextInt(4) == 0) {
          killWhileItStarts(installation);
        }
        installation.upAgain();
      }
      while (submit.awaitExit(DONE_TIMEOUT) != 0) {
        // Its patience may have run out during a long absence; taken up again it goes on.
        assertThat(submits).as(submit.report("failed again and again")).isLessThan(KILLS + 2);
        submit = submit(installation, input, output);
        submits++;
      }
      return submits;
    } finally {
      submit.close();
    }
  }

  /** A moment at which the provider has answered a random part of what this kill's share is. */
  private void awaitMoment(Installation installation, int kill, int lines) {
    double share = (kill + random.nextDouble()) / (KILLS + 0.5);
    long calls = Math.round(share * lines);
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> installation.simulator().stats().path("calls").asLong() >= calls);
  }

  private void killWhileItStarts(Installation installation) {
    try (var starting =
        MillraceProcess.command(installation.data(), Installation.KEY, installation.config())
            .start()) {
      assertThat(starting.isDeadWithin(Duration.ofMillis(random.nextInt(6_000)))).isFalse();
      starting.kill9();
    }
  }

  private static ProductProcess submit(Installation installation, Path input, Path output) {
    return ProductCommand.of(
            "submit",
            input.toString(),
            "--output",
            output.toString(),
            "--data",
            installation.data().toString(),
            "--key",
            Installation.KEY)
        .start();
  }

  private static void report(Audit audit, int lines, int submits) throws IOException {
    var text =
        "seed %d, %d lines, %d kills, submit started %d times%n%s"
            .formatted(SEED, lines, KILLS, submits, audit.report());
    System.out.println(text);
    if (LONG) {
      var target = Directories.repository().resolve("e2e").resolve("target");
      Files.writeString(target.resolve("crash-report.txt"), text);
    }
  }

  private static String config(
      String simulator,
      int callsMax,
      String key,
      BigDecimal inputUsdPerMTok,
      BigDecimal outputUsdPerMTok) {
    return """
      providers:
        - {name: sim, kind: simulator, baseUrl: "%s", limits: {concurrencyMax: %d}}
      routes:
        - {model: steady, targets: [{provider: sim, model: steady}]}
      accounts:
        - id: acme
          keys: [{name: ci, secret: "%s"}]
          budgets: [{name: monthly, period: month, limitUsd: "1000", hard: true}]
      prices:
        - {provider: sim, model: steady, inputUsdPerMTok: "%s", outputUsdPerMTok: "%s"}
      """
        .formatted(simulator, callsMax, key, inputUsdPerMTok, outputUsdPerMTok);
  }
}
