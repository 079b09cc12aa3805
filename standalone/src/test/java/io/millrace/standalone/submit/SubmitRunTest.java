package io.millrace.standalone.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.standalone.client.ApiClient;
import io.millrace.standalone.client.CommandException;
import io.millrace.standalone.client.ServerAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmitRunTest {

  private final ObjectMapper json = new ObjectMapper();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  @TempDir private Path folder = Path.of("");
  private ScriptedServer server = unset();
  private Path input = Path.of("");
  private Path output = Path.of("");

  @SuppressWarnings("NullAway") // Set before each test.
  private static ScriptedServer unset() {
    return null;
  }

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    input = folder.resolve("in.jsonl");
    output = folder.resolve("out.jsonl");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldWriteEveryResultOnceWhenAllSucceeds() throws Exception {
    // Given
    write(lines(10));

    // When
    int exitCode = run(false, Duration.ofSeconds(10));

    // Then
    assertThat(exitCode).isZero();
    assertThat(customIds()).containsExactlyInAnyOrderElementsOf(ids(10));
    assertThat(said())
        .contains("10 lines: 10 succeeded, 0 failed; 100 tokens in, 50 out")
        .contains(output.toString());
  }

  @Test
  void shouldGoOnWithoutLossOrRepeatWhenServerWentAway() throws Exception {
    // Given
    write(lines(10));
    server.showOnly(4);
    assertThatThrownBy(() -> run(false, Duration.ofMillis(300)))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessageContaining("same command again");
    assertThat(customIds()).hasSize(4);
    server.showAll();

    // When
    int exitCode = run(false, Duration.ofSeconds(10));

    // Then
    assertThat(exitCode).isZero();
    assertThat(customIds()).containsExactlyInAnyOrderElementsOf(ids(10));
    assertThat(server.linesReceived()).isEqualTo(10);
  }

  @Test
  void shouldCutOffWhatStateDoesNotCountWhenTakenUp() throws Exception {
    // Given
    write(lines(5));
    server.showOnly(2);
    assertThatThrownBy(() -> run(false, Duration.ofMillis(300)))
        .isInstanceOf(CommandException.class);
    Files.writeString(
        output, Files.readString(output) + "{\"custom_id\":\"half", StandardCharsets.UTF_8);
    server.showAll();

    // When
    int exitCode = run(false, Duration.ofSeconds(10));

    // Then
    assertThat(exitCode).isZero();
    assertThat(customIds()).containsExactlyInAnyOrderElementsOf(ids(5));
  }

  @Test
  void shouldReadPageAgainWhenItBrokeOff() throws Exception {
    // Given
    write(lines(6));
    server.cutNextPage();

    // When
    int exitCode = run(false, Duration.ofSeconds(10));

    // Then
    assertThat(exitCode).isZero();
    assertThat(customIds()).containsExactlyInAnyOrderElementsOf(ids(6));
  }

  @Test
  void shouldTryAgainWhenServerIsFull() throws Exception {
    // Given
    write(lines(3));
    server.refuseNext(2);

    // When
    int exitCode = run(false, Duration.ofSeconds(10));

    // Then
    assertThat(exitCode).isZero();
    assertThat(customIds()).hasSize(3);
  }

  @Test
  void shouldNameLinesThatCannotBeAndFailWhenSomeAreBad() throws Exception {
    // Given
    var all = new ArrayList<>(lines(3));
    all.add("not json");
    all.add("");
    all.add(line("id-1"));
    all.add(line(ScriptedServer.FAILING));
    write(all);

    // When
    int exitCode = run(false, Duration.ofSeconds(10));

    // Then
    assertThat(exitCode).isEqualTo(1);
    assertThat(said())
        .contains("line 4: not JSON")
        .contains("line 6: its custom_id is that of an earlier line")
        .contains("6 lines: 3 succeeded, 3 failed");
    assertThat(results())
        .filteredOn(result -> result.path("error").isObject())
        .singleElement()
        .satisfies(result -> assertThat(result.path("line").asInt()).isEqualTo(4));
    assertThat(customIds().stream().filter(id -> !id.isEmpty()))
        .containsExactlyInAnyOrder("id-0", "id-1", "id-2", ScriptedServer.FAILING);
  }

  @Test
  void shouldDoNothingWhenRunIsComplete() throws Exception {
    // Given
    write(lines(3));
    run(false, Duration.ofSeconds(10));

    // When
    int exitCode = run(false, Duration.ofSeconds(10));

    // Then
    assertThat(exitCode).isZero();
    assertThat(said()).contains("Complete already");
    assertThat(server.linesReceived()).isEqualTo(3);
    assertThat(customIds()).hasSize(3);
  }

  @Test
  void shouldMakeNewRequestsWhenAgain() throws Exception {
    // Given
    write(lines(3));
    run(false, Duration.ofSeconds(10));

    // When
    int exitCode = run(true, Duration.ofSeconds(10));

    // Then
    assertThat(exitCode).isZero();
    assertThat(server.requests()).isEqualTo(6);
    assertThat(customIds()).hasSize(3);
  }

  @Test
  void shouldMakeNoNewRequestsWhenOutputWasDeleted() throws Exception {
    // Given
    write(lines(3));
    run(false, Duration.ofSeconds(10));
    Files.delete(output);
    Files.delete(RunFiles.stateFile(output));

    // When
    int exitCode = run(false, Duration.ofSeconds(10));

    // Then
    assertThat(exitCode).isZero();
    assertThat(server.requests()).isEqualTo(3);
    assertThat(customIds()).hasSize(3);
  }

  @Test
  void shouldKeepOutputWhenItIsNotOfThisRun() throws Exception {
    // Given
    write(lines(3));
    Files.writeString(output, "precious\n");

    // When
    // Then
    assertThatThrownBy(() -> run(false, Duration.ofSeconds(10)))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2));
    assertThat(output).hasContent("precious\n");
  }

  @Test
  void shouldKeepOutputWhenServerDoesNotKnowTheRun() throws Exception {
    // Given
    write(lines(3));
    run(false, Duration.ofSeconds(10));
    server.forget();

    // When
    // Then
    assertThatThrownBy(() -> run(false, Duration.ofSeconds(10)))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("--again");
    assertThat(customIds()).hasSize(3);
  }

  @Test
  void shouldSayWhatServerSaysWhenKeyIsWrong() throws Exception {
    // Given
    write(lines(3));

    // When
    // Then
    assertThatThrownBy(() -> run(false, Duration.ofSeconds(10), "wrong"))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessage("Incorrect API key provided.");
  }

  private int run(boolean isAgain, Duration patience) throws Exception {
    return run(isAgain, patience, ScriptedServer.KEY);
  }

  private int run(boolean isAgain, Duration patience, String key) throws Exception {
    var address = ServerAddress.of(server.url() + "/v1", Map.of(), folder);
    try (var client = new ApiClient(address, key);
        var out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      return new SubmitRun(input, output, isAgain, client, patience, out, false).run();
    }
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  private void write(List<String> lines) throws IOException {
    Files.write(input, lines);
  }

  private List<JsonNode> results() throws IOException {
    var all = new ArrayList<JsonNode>();
    for (var line : Files.readAllLines(output)) {
      all.add(json.readTree(line));
    }
    return all;
  }

  private List<String> customIds() throws IOException {
    return results().stream()
        .map(result -> result.path("custom_id").asText("").replace("null", ""))
        .toList();
  }

  private static List<String> lines(int count) {
    return ids(count).stream().map(SubmitRunTest::line).collect(Collectors.toList());
  }

  private static List<String> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> "id-" + i).toList();
  }

  private static String line(String customId) {
    return "{\"custom_id\":\"" + customId + "\",\"method\":\"POST\",\"url\":\"/v1/x\",\"body\":{}}";
  }
}
