package io.millrace.broker;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {

  @Test
  @SuppressWarnings("try") // held for its effect
  void shouldSayInOneLineWhichDirectoryIsInUseWhenItIsHeld(@TempDir Path directory) {
    // Given
    try (var held = DirectoryLock.acquire(directory, Duration.ZERO)) {
      // When
      assertThatThrownBy(() -> DirectoryLock.acquire(directory, Duration.ofMillis(120)))
          // Then
          .isInstanceOf(DirectoryInUseException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void shouldWaitForTheHolderWhenItLetsGoInTime(@TempDir Path directory) {
    // Given
    var held = DirectoryLock.acquire(directory, Duration.ZERO);
    var waiting =
        CompletableFuture.supplyAsync(
            () -> DirectoryLock.acquire(directory, Duration.ofSeconds(10)));
    // When
    held.close();
    // Then
    assertThatCode(() -> waiting.join().close()).doesNotThrowAnyException();
  }
}
