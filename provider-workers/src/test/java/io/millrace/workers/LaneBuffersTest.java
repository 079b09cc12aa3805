package io.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.Lane;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneBuffersTest {

  private final LaneBuffers<String> buffers = new LaneBuffers<>(4, 100, String::length);

  @Test
  void shouldTakeInteractiveFirstWhenAllLanesWait() {
    // Given
    buffers.add(Lane.BULK, "b");
    buffers.add(Lane.STANDARD, "s");
    buffers.add(Lane.INTERACTIVE, "i1");
    buffers.add(Lane.INTERACTIVE, "i2");
    // When
    var order = takeAll();
    // Then
    assertThat(order).containsExactly("i1", "i2", "s", "b");
    assertThat(buffers.isEmpty()).isTrue();
  }

  @Test
  void shouldGiveBulkOneTurnOfSixteenWhenInteractiveNeverEnds() {
    // Given
    for (int i = 0; i < 64; i++) {
      buffers.add(Lane.INTERACTIVE, "i");
      buffers.add(Lane.BULK, "b");
    }
    // When
    var order = takeAll().subList(0, 64);
    // Then
    assertThat(order.stream().filter("b"::equals)).hasSize(4);
    assertThat(order.get(15)).isEqualTo("b");
  }

  @Test
  void shouldHaveEnoughWhenCountOrBytesAreReached() {
    // Given
    buffers.add(Lane.BULK, "x".repeat(99));
    // When
    boolean before = buffers.hasEnough(Lane.BULK);
    buffers.add(Lane.BULK, "x");
    // Then
    assertThat(before).isFalse();
    assertThat(buffers.hasEnough(Lane.BULK)).isTrue();
    assertThat(buffers.hasRoom(Lane.BULK)).isFalse();
    assertThat(buffers.hasEnough(Lane.STANDARD)).isFalse();
  }

  @Test
  void shouldForgetOnlyWhatIsGoneWhenPartitionsGo() {
    // Given
    buffers.add(Lane.BULK, "gone");
    buffers.add(Lane.BULK, "kept");
    // When
    buffers.forget("gone"::equals);
    // Then
    assertThat(takeAll()).containsExactly("kept");
  }

  private List<String> takeAll() {
    var order = new ArrayList<String>();
    for (var lane = buffers.next(); lane.isPresent(); lane = buffers.next()) {
      order.add(buffers.take(lane.get()));
    }
    return order;
  }
}
