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
  private final StringWriter output = new StringWriter();
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

  @Test
  void shouldImportPricesThatAConfigurationTakes() throws IOException {
    // Given
    var file =
        Files.writeString(
            folder.resolve("litellm.json"),
            """
            {"m": {"litellm_provider": "openai", "mode": "chat",
                   "input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07},
             "tts": {"litellm_provider": "openai", "mode": "audio_speech"}}
            """);
    var yaml = folder.resolve("prices.yaml");

    // When
    int exitCode = execute("prices", "import", file.toString(), "--output", yaml.toString());

    // Then
    assertThat(exitCode).isZero();
    assertThat(errors.toString())
        .contains("skipped tts: mode audio_speech", "1 prices imported, 1 entries skipped");
    int listed = execute("prices", "list", "--config", yaml.toString(), "--provider", "openai");
    assertThat(listed).isZero();
    assertThat(output.toString())
        .containsPattern("openai +m +1970-01-01 +0.15 +0.6")
        .contains("gpt-4o-mini")
        .doesNotContain("claude");
  }

  @Test
  void shouldSayWhatIsWrongWhenThereAreNoPricesToImport() throws IOException {
    // Given
    var file = Files.writeString(folder.resolve("litellm.json"), "not json");

    // Then
    assertThat(execute("prices", "import", file.toString())).isEqualTo(2);
    assertThat(execute("prices", "import", folder.resolve("none").toString())).isEqualTo(2);
    assertThat(errors.toString())
        .contains("litellm.json:1: not a LiteLLM price file", "none: no such file");
  }

  private int execute(String... arguments) {
    return Main.commandLine()
        .setErr(new PrintWriter(errors, true))
        .setOut(new PrintWriter(output, true))
        .execute(arguments);
  }
}
