package io.millrace.standalone.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.standalone.submit.Progress.Snapshot;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private final AtomicLong nanos = new AtomicLong();

  @Test
  void shouldTellRateAndTimeLeft() {
    // Given
    try (var progress = progress(false)) {
      progress.text(new Snapshot(0, 0));
      nanos.addAndGet(Duration.ofSeconds(2).toNanos());

      // When
      var text = progress.text(new Snapshot(100, 3));

      // Then
      assertThat(text).isEqualTo("100/1000 done, 3 failed, 50/s, ETA 0:18");
    }
  }

  @Test
  void shouldDrawBarWhenOnTerminal() {
    // Given
    try (var progress = progress(true)) {
      // When
      var text = progress.text(new Snapshot(1000, 0));

      // Then
      assertThat(text).startsWith("[##############################] 1000/1000").endsWith("done");
    }
  }

  @Test
  void shouldNotGuessWhenNothingHasHappened() {
    // Given
    try (var progress = progress(false)) {
      // When
      var text = progress.text(new Snapshot(0, 0));

      // Then
      assertThat(text).endsWith("ETA -");
    }
  }

  @Test
  void shouldShowHoursWhenLong() {
    assertThat(Progress.clock(Duration.ofSeconds(3723))).isEqualTo("1:02:03");
  }

  private Progress progress(boolean isTerminal) {
    return new Progress(
        new PrintStream(OutputStream.nullOutputStream()),
        isTerminal,
        1000,
        () -> new Snapshot(0, 0),
        nanos::get);
  }
}
