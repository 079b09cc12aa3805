package io.millrace.standalone.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.standalone.process.Endpoints;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerAddressTest {

  private static final Map<String, String> ENVIRONMENT = Map.of("MILLRACE_URL", "http://env:1/v1/");

  @TempDir private Path data = Path.of("");

  @Test
  void shouldPreferOptionThenEnvironmentThenRunningServer() {
    // Given
    new Endpoints("http://running:2", "", "", "", "", Map.of()).write(data);

    // When
    var option = ServerAddress.of("https://option/", ENVIRONMENT, data).current();
    var environment = ServerAddress.of("", ENVIRONMENT, data).current();
    var running = ServerAddress.of("", Map.of(), data).current();

    // Then
    assertThat(option).contains(URI.create("https://option"));
    assertThat(environment).contains(URI.create("http://env:1"));
    assertThat(running).contains(URI.create("http://running:2"));
  }

  @Test
  void shouldFollowServerWhenItComesBackElsewhere() {
    // Given
    var address = ServerAddress.of("", Map.of(), data);
    assertThat(address.current()).isEmpty();

    // When
    new Endpoints("http://running:3", "", "", "", "", Map.of()).write(data);

    // Then
    assertThat(address.current()).contains(URI.create("http://running:3"));
  }

  @Test
  void shouldRefuseWhatIsNoUrl() {
    // When
    // Then
    assertThatThrownBy(() -> ServerAddress.of("localhost:8080", Map.of(), data))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("localhost:8080");
  }
}
