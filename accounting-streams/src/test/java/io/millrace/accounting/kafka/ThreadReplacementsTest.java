package io.millrace.accounting.kafka;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ThreadReplacementsTest {

  private Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private final ThreadReplacements replacements = new ThreadReplacements(clock());

  @Test
  void shouldGiveUpWhenThreadsDieTooOften() {
    // When
    for (int i = 0; i < ThreadReplacements.REPLACEMENTS_MAX; i++) {
      assertThat(replacements.handle(new IllegalStateException("fault"))).isEqualTo(REPLACE_THREAD);
    }

    // Then
    assertThat(replacements.handle(new IllegalStateException("fault"))).isEqualTo(SHUTDOWN_CLIENT);
  }

  @Test
  void shouldGoOnWhenThreadsDieNowAndThen() {
    // Then
    for (int i = 0; i < 5 * ThreadReplacements.REPLACEMENTS_MAX; i++) {
      assertThat(replacements.handle(new IllegalStateException("fault"))).isEqualTo(REPLACE_THREAD);
      now = now.plus(Duration.ofMinutes(2));
    }
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return now;
      }

      @Override
      public ZoneOffset getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }
}
