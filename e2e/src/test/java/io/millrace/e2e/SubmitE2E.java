package io.millrace.e2e;

import static io.millrace.e2e.ChatInstallation.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.testkit.Directories;
import io.millrace.testkit.MillraceProcess;
import io.millrace.testkit.ProductCommand;
import io.millrace.testkit.ProductCommand.Outcome;
import io.millrace.testkit.TopicReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

/** A file of prompts through a fresh {@code up} without any configuration. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SubmitE2E {

  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final String MODEL = "gpt-4o-mini";

  /** What the shipped catalogue says of the model. */
  private static final Spend PRICE = Spend.price("0.15", "0.60");

  private static final int LINES_MAX = Boolean.getBoolean("millrace.long") ? 100_000 : 200;

  private final Path directory;
  private final MillraceProcess millrace;

  SubmitE2E() throws IOException {
    directory = Files.createTempDirectory("millrace-e2e");
    var data = directory.resolve("data");
    millrace = MillraceProcess.up(MillraceProcess.command(data, Installation.KEY), data);
  }

  @AfterAll
  void stop() {
    millrace.close();
    Directories.delete(directory);
  }

  @Test
  void shouldAnswerEachLineOnceAndChargeWhatTheProviderCounted() throws Exception {
    // Given
    var input = BatchFile.write(directory.resolve("prompts.jsonl"), LINES_MAX, MODEL);
    var output = directory.resolve("answers.jsonl");
    // When
    var outcome = submit(input, output);
    // Then
    assertThat(outcome.exitCode()).as(String.join("\n", outcome.errors())).isZero();
    var answers = answers(output);
    assertThat(answers)
        .extracting(line -> line.path("custom_id").asText())
        .containsExactlyInAnyOrderElementsOf(BatchFile.customIds(input));
    assertThat(answers).allMatch(line -> line.at("/response/status_code").asInt() == 200);
    assertSpendIsWhatTheProviderCounted(answers.size());

    // When submitted again, nothing is left to do
    var again = submit(input, output);
    // Then
    assertThat(again.exitCode()).isZero();
    assertThat(answers(output)).hasSameSizeAs(answers);
    assertSpendIsWhatTheProviderCounted(answers.size());
  }

  @Test
  void shouldFailWhenALineDoes() throws IOException {
    // Given
    var input = BatchFile.write(directory.resolve("unknown.jsonl"), 3, "no-such-model");
    // When
    var outcome = submit(input, directory.resolve("unknown-answers.jsonl"));
    // Then
    assertThat(outcome.exitCode()).isPositive();
    assertThat(answers(directory.resolve("unknown-answers.jsonl"))).hasSize(3);
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void shouldSayWhereItIsAndStopInOrderWhenTold() {
    // When
    int exitCode = millrace.terminate();
    // Then
    assertThat(exitCode).isZero();
    assertThat(millrace.process().output())
        .singleElement()
        .asString()
        .contains(millrace.http().toString(), "simulator stands in");
    assertThat(directory.resolve("data").resolve("endpoints.json")).doesNotExist();
  }

  private Outcome submit(Path input, Path output) {
    return ProductCommand.of(
            "submit",
            input.toString(),
            "--output",
            output.toString(),
            "--url",
            millrace.http().toString(),
            "--key",
            Installation.KEY)
        .run(TIMEOUT);
  }

  private void assertSpendIsWhatTheProviderCounted(int lines) throws Exception {
    var counted = stats().path("byModel").path(MODEL);
    assertThat(counted.path("calls").asInt()).isEqualTo(lines);
    var topics = TopicReader.of(millrace);
    eventually()
        .untilAsserted(
            () ->
                assertThat(Spend.reported(topics, spend -> spend.getModel().equals(MODEL)))
                    .isEqualTo(PRICE.of(counted)));
  }

  private JsonNode stats() throws IOException, InterruptedException {
    var simulator = URI.create(millrace.simulator().orElseThrow() + "/_simulator/stats");
    try (var http = HttpClient.newHttpClient()) {
      return Client.parse(
          http.send(HttpRequest.newBuilder(simulator).build(), BodyHandlers.ofString()).body());
    }
  }

  private static List<JsonNode> answers(Path file) throws IOException {
    return Files.readAllLines(file).stream().map(Client::parse).toList();
  }
}
