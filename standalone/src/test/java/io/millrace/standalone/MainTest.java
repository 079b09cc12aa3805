package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {

  private final StringWriter errors = new StringWriter();
  @TempDir private Path folder = Path.of("");

  @Test
  void shouldNameFileLineAndKeyWhenConfigurationHasUnknownKey() throws IOException {
    // Given
    var file = Files.writeString(folder.resolve("millrace.yaml"), "http:\n  prot: 8080\n");

    // When
    int exitCode = execute("up", "--config", file.toString(), "--data", folder.toString());

    // Then
    assertThat(exitCode).isEqualTo(2);
    assertThat(errors.toString().strip())
        .startsWith("millrace: " + file + ":")
        .endsWith("unknown key http.prot");
  }

  @Test
  void shouldNameFileWhenConfigurationIsMissing() {
    // When
    int exitCode = execute("ingress", "--config", folder.resolve("none.yaml").toString());

    // Then
    assertThat(exitCode).isEqualTo(2);
    assertThat(errors.toString()).contains("none.yaml: no such file");
  }

  @Test
  void shouldAskForClusterWhenServiceIsToRunAlone() throws IOException {
    // Given
    var file = Files.writeString(folder.resolve("millrace.yaml"), "");

    // When
    int exitCode = execute("dispatcher", "--config", file.toString());

    // Then
    assertThat(exitCode).isEqualTo(2);
    assertThat(errors.toString()).contains("kafka.bootstrapServers").contains("schemaRegistry.url");
  }

  @Test
  void shouldExplainUseWhenCommandIsUnknown() {
    // When
    int exitCode = execute("nonsense");

    // Then
    assertThat(exitCode).isEqualTo(2);
  }

  @Test
  void shouldRefuseWhatIsNoRequestId() {
    // When
    int exitCode = execute("get", "../admin", "--key", "k");

    // Then
    assertThat(exitCode).isEqualTo(2);
    assertThat(errors.toString()).contains("not the id of a request");
  }

  @Test
  void shouldSayWhereServerWasSoughtWhenNoneRuns() {
    // When
    int exitCode = execute("get", "req_1", "--key", "k", "--data", folder.toString());

    // Then
    assertThat(exitCode).isEqualTo(3);
    assertThat(errors.toString()).contains("nothing runs in " + folder);
  }

  @Test
  void shouldPutResultsBesideInput() {
    assertThat(SubmitCommand.besides(Path.of("a/b.jsonl"))).hasToString("a/b.results.jsonl");
  }

  private int execute(String... arguments) {
    return Main.commandLine().setErr(new PrintWriter(errors, true)).execute(arguments);
  }
}
