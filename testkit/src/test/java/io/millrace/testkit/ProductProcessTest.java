package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProductProcessTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @Test
  void shouldHearBothOutputsWhenTheProcessSpeaks() throws Exception {
    try (var process = shell("echo one; echo two >&2; exit 3")) {
      assertThat(process.awaitLine("two"::equals, TIMEOUT)).isEqualTo("two");
      assertThat(process.awaitExit(TIMEOUT)).isEqualTo(3);
      assertThat(process.output()).containsExactly("one");
      assertThat(process.errors()).containsExactly("two");
    }
  }

  @Test
  void shouldShowWhatWasPrintedWhenItEndsTooEarly() throws Exception {
    try (var process = shell("echo sorry; exit 1")) {
      assertThatThrownBy(() -> process.awaitLine("ready"::equals, TIMEOUT))
          .hasMessageContaining("exit code 1")
          .hasMessageContaining("sorry");
    }
  }

  @Test
  void shouldBeDeadWhenKilled() throws Exception {
    try (var process = shell("echo here; read line")) {
      process.awaitLine("here"::equals, TIMEOUT);
      process.kill9();
      assertThat(process.isAlive()).isFalse();
    }
  }

  private static ProductProcess shell(String script) throws IOException {
    return new ProductProcess("shell", new ProcessBuilder("sh", "-c", script).start());
  }
}
