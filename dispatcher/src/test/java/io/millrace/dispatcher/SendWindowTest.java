package io.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SendWindowTest {

  private static final Duration TARGET = Duration.ofMillis(50);

  private final SendWindow window = new SendWindow(TARGET, 1_000);
  private Instant now = Fixtures.NOW;

  @Test
  void shouldGrowWhileStartsAreQuick() {
    // Given
    int before = window.size();
    // When
    sendAndStart(500, 10);
    // Then
    assertThat(window.size()).isGreaterThan(2 * before);
  }

  @Test
  void shouldHalveOnceForABurstOfLateStarts() {
    // Given
    sendAndStart(500, 10);
    int before = window.size();
    // When
    fill();
    for (int i = 0; i < 20; i++) {
      window.started(200, 1, now);
    }
    // Then
    assertThat(window.size()).isEqualTo(before / 2);
  }

  @Test
  void shouldNotShrinkWhenTheWholeMachineIsSlow() {
    // Given
    sendAndStart(200, 400);
    int before = window.size();
    // When
    sendAndStart(200, 430);
    // Then
    assertThat(window.size()).isGreaterThanOrEqualTo(before);
  }

  @Test
  void shouldStayWithinItsBounds() {
    // Given
    sendAndStart(5_000, 1);
    int grown = window.size();
    // When
    for (int i = 0; i < 10; i++) {
      now = now.plusMillis(250);
      fill();
      window.started(5_000, 1, now);
    }
    // Then
    assertThat(grown).isEqualTo(1_000);
    assertThat(window.size()).isEqualTo(16);
  }

  private void fill() {
    while (window.isOpen()) {
      window.written();
    }
  }

  private void sendAndStart(int count, long waitedMs) {
    for (int i = 0; i < count; i++) {
      fill();
      window.started(waitedMs, 1, now);
    }
  }
}
