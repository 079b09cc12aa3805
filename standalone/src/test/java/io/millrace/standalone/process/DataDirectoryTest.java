package io.millrace.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.bootstrap.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

  @TempDir private Path parent = Path.of("");

  @Test
  void shouldRefuseSecondHolderInOneLineWhenTaken() throws IOException {
    // Given
    var directory = parent.resolve("data");
    try (var first = DataDirectory.take(directory)) {
      // When
      // Then
      assertThat(first.path()).isDirectory();
      assertThatThrownBy(() -> DataDirectory.take(directory))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("--data")
          .hasMessageContaining("pid " + ProcessHandle.current().pid())
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void shouldBeFreeAgainWhenClosed() throws IOException {
    // Given
    var directory = parent.resolve("data");
    DataDirectory.take(directory).close();

    // When
    try (var second = DataDirectory.take(directory)) {
      // Then
      assertThat(second.resolve("x")).isEqualTo(directory.toAbsolutePath().resolve("x"));
    }
  }
}
