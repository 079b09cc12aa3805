package io.millrace.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bootstrap.ConfigLoader;
import io.millrace.schemas.config.MillraceConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UpOptionsTest {

  private static final String FILE =
      """
      http: {port: 1, managementPort: 2}
      kafka: {port: 3, linger.ms: "4"}
      schemaRegistry: {port: 5}
      """;

  @Test
  void shouldPreferPortsOfCommandLine() {
    // Given
    var options = options(Optional.of(11), Optional.of(12), Optional.of(13), Optional.of(0));

    // When
    var config = options.over(parsed(FILE));

    // Then
    assertThat(config.http().port()).isEqualTo(11);
    assertThat(config.http().managementPort()).isEqualTo(12);
    assertThat(config.kafka().port()).isEqualTo(13);
    assertThat(config.schemaRegistry().port()).isZero();
  }

  @Test
  void shouldKeepFilesPortsWhenCommandLineHasNone() {
    // Given
    var options = options(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    // When
    var config = options.over(parsed(FILE));

    // Then
    assertThat(config.http().port()).isEqualTo(1);
    assertThat(config.http().managementPort()).isEqualTo(2);
    assertThat(config.kafka().port()).isEqualTo(3);
    assertThat(config.kafka().clientProperties()).containsEntry("linger.ms", "4");
    assertThat(config.schemaRegistry().port()).isEqualTo(5);
  }

  private static MillraceConfig parsed(String text) {
    return new ConfigLoader(Map.of()).parse(text, "test", MillraceConfig.class);
  }

  private static UpOptions options(
      Optional<Integer> port,
      Optional<Integer> managementPort,
      Optional<Integer> kafkaPort,
      Optional<Integer> registryPort) {
    return new UpOptions(
        Path.of("."),
        Path.of("data"),
        Optional.empty(),
        port,
        managementPort,
        kafkaPort,
        registryPort);
  }
}
