package io.millrace.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {

  private final ConfigLoader loader = new ConfigLoader(Map.of("SECRET", "a: b # c", "PORT", "81"));

  record Server(String host, int port, Duration timeout) {

    @JsonCreator
    static Server of(String host, int port, Duration timeout) {
      if (port < 0) {
        throw new IllegalArgumentException("servers[].port must not be negative: " + port);
      }
      return new Server(host, port, timeout);
    }
  }

  record Root(List<Server> servers) {}

  @Test
  void shouldReadValuesOfEveryKind() {
    // Given
    var text = "servers:\n  - {host: ${SECRET}, port: \"${PORT}\", timeout: PT1.5S}\n";
    // When
    var root = loader.parse(text.replace("${SECRET}", "\"${SECRET}\""), "it", Root.class);
    // Then
    assertThat(root.servers()).containsExactly(new Server("a: b # c", 81, Duration.ofMillis(1500)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "servers:;  - host: a;    prot: 1         | it:3: unknown key servers[0].prot",
        "servers:;  - host: a;    prot: 1;    port: 2 | it:3: unknown key servers[0].prot",
        "sevrers: []                              | it:1: unknown key sevrers",
        "servers:;  - {host: a, port: -1}         | in servers[0]: servers[].port must not be negative: -1",
        "servers:;  - {host: \"${NONE}\"}         | environment variable NONE is not set",
        "servers:;  - {host: a, port: x}          | servers[0].port",
        "servers: [;                              | it:",
        "servers: [];servers: []                  | Duplicate field 'servers'",
      })
  void shouldNameWhatIsWrongAndWhere(String lines, String expected) {
    // Given
    var text = lines.replace(';', '\n') + "\n";
    // When, Then
    assertThatThrownBy(() -> loader.parse(text, "it", Root.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void shouldNameAFileThatIsNotThere() {
    // Given
    var file = Path.of("no-such-file.yaml");
    // When, Then
    assertThatThrownBy(() -> loader.read(file, Root.class))
        .isInstanceOf(ConfigException.class)
        .hasMessage("no-such-file.yaml: no such file");
  }
}
