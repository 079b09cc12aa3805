package io.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyRingTest {

  private static final long NOW = 1_000;

  @Test
  void shouldUseKeysInTurnWhenAllAreWarm() {
    // Given
    var ring = new KeyRing(3, NOW);
    // When
    var used = IntStream.range(0, 7).map(call -> ring.next(NOW)).boxed().toList();
    // Then
    assertThat(used).containsExactly(0, 1, 2, 0, 1, 2, 0);
  }

  @Test
  void shouldLeaveAKeyOutUntilItIsWarmAgain() {
    // Given
    var ring = new KeyRing(2, NOW);
    ring.cool(0, 100, NOW);
    // When
    var cold = IntStream.range(0, 3).map(call -> ring.next(NOW + 99)).boxed().toList();
    var warm = IntStream.range(0, 2).map(call -> ring.next(NOW + 100)).boxed().toList();
    // Then
    assertThat(cold).containsExactly(1, 1, 1);
    assertThat(warm).containsExactlyInAnyOrder(0, 1);
  }

  @Test
  void shouldTakeTheFirstToBeReadyWhenAllCoolDown() {
    // Given
    var ring = new KeyRing(3, NOW);
    ring.cool(0, 300, NOW);
    ring.cool(1, 100, NOW);
    ring.cool(2, 200, NOW);
    // When
    int next = ring.next(NOW);
    // Then
    assertThat(next).isEqualTo(1);
    assertThat(ring.warm(NOW)).isEmpty();
    assertThat(ring.waitNanos(NOW)).isEqualTo(100);
    assertThat(ring.waitNanos(NOW + 100)).isZero();
  }

  @Test
  void shouldKeepTheLaterOfTwoWishes() {
    // Given
    var ring = new KeyRing(1, NOW);
    ring.cool(0, 500, NOW);
    // When
    ring.cool(0, 100, NOW);
    // Then
    assertThat(ring.waitNanos(NOW)).isEqualTo(500);
  }
}
