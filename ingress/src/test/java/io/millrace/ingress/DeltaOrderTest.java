package io.millrace.ingress;

import static io.millrace.ingress.Records.aDelta;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeltaOrderTest {

  @Test
  void shouldLetEachThroughOnceWhenHistoryAndTailOverlap() {
    // Given
    var order = new DeltaOrder(0, 0);
    // Then
    assertThat(passes(order, 1, 1)).isTrue();
    assertThat(passes(order, 1, 2)).isTrue();
    assertThat(passes(order, 1, 1)).isFalse();
    assertThat(passes(order, 1, 2)).isFalse();
    assertThat(passes(order, 1, 3)).isTrue();
    assertThat(passes(order, 2, 2)).isFalse();
    assertThat(passes(order, 2, 1)).isTrue();
    assertThat(passes(order, 1, 4)).isFalse();
  }

  @Test
  void shouldBeCompleteWhenTheAttemptThatCountsIs() {
    // Given
    var order = new DeltaOrder(1, 0);
    // Then
    assertThat(order.isComplete(1, 2)).isFalse();
    assertThat(order.isComplete(1, 0)).isTrue();
    assertThat(passes(order, 1, 1)).isTrue();
    assertThat(passes(order, 1, 2)).isTrue();
    assertThat(order.isComplete(1, 2)).isTrue();
    assertThat(order.isComplete(2, 2)).isFalse();
  }

  private static boolean passes(DeltaOrder order, int attempt, int sequence) {
    return order.pass(aDelta("acme", "req_1", attempt, sequence));
  }
}
