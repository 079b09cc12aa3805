package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that cannot be used stops the start and says where it is wrong. */
class ConfigE2E {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir Path directory;

  @Test
  void shouldNameKeyAndLineWhenAKeyIsUnknown() throws IOException {
    // Given
    var config =
        configured(
            """
            http:
              host: 127.0.0.1
              prot: 8080
            """);
    // When
    var outcome =
        MillraceProcess.command(directory.resolve("data"), "any-key", config).run(TIMEOUT);
    // Then
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.errors()).anyMatch(line -> line.contains("millrace.yaml:3"));
    assertThat(outcome.errors()).anyMatch(line -> line.contains("http.prot"));
  }

  @Test
  void shouldNameTheValueWhenARouteLeadsNowhere() throws IOException {
    // Given
    var config =
        configured(
            """
            routes:
              - model: gpt-4o-mini
                targets: [{provider: nobody, model: gpt-4o-mini}]
            """);
    // When
    var outcome =
        MillraceProcess.command(directory.resolve("data"), "any-key", config).run(TIMEOUT);
    // Then
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.errors()).anyMatch(line -> line.contains("nobody"));
  }

  private Path configured(String text) throws IOException {
    return Files.writeString(directory.resolve("millrace.yaml"), text);
  }
}
