package io.millrace.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ViewPositionsTest {

  private final ViewPositions positions = new ViewPositions(2);

  @Test
  void shouldWakeThoseWhoseOffsetHasPassed() {
    // Given
    var first = positions.await(0, 3);
    var second = positions.await(0, 5);
    var other = positions.await(1, 1);
    // When
    positions.passed(0, 4);
    // Then
    assertThat(first).isDone();
    assertThat(second).isNotDone();
    assertThat(other).isNotDone();
    assertThat(positions.await(0, 4)).isDone();
  }

  @Test
  void shouldKeepTheHighestThatWasAcknowledged() {
    // When
    positions.acknowledged(0, 7);
    positions.acknowledged(0, 6);
    // Then
    assertThat(positions.target(0)).isEqualTo(8);
    assertThat(positions.hasReached(0, 8)).isFalse();
  }
}
