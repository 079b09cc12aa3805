package io.millrace.standalone.process;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.bootstrap.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PortCheckTest {

  private static final String HOST = "127.0.0.1";

  @Test
  void shouldNameOptionWhenPortIsInUse() throws IOException {
    // Given
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      // When
      // Then
      assertThatThrownBy(() -> PortCheck.free(HOST, port, "--port", Duration.ZERO))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("port " + port + " is in use")
          .hasMessageContaining("--port");
    }
  }

  @Test
  void shouldTakeAnyFreePortWhenZero() {
    // When
    // Then
    assertThatCode(() -> PortCheck.free(HOST, 0, "--port", Duration.ZERO))
        .doesNotThrowAnyException();
  }
}
