package io.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.Lane;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FairQueueTest {

  private final MemoryState state = new MemoryState();
  private final FairQueue queue = new FairQueue(state);

  @Test
  void shouldServeAccountsInTurnWhateverTheirBacklog() {
    // Given
    for (int i = 0; i < 1_000; i++) {
      add("flood", i);
    }
    for (int i = 0; i < 10; i++) {
      add("calm", i);
    }
    // When
    var served = poll(20, 4_000);
    // Then
    assertThat(served.stream().filter("calm"::equals)).hasSize(10);
  }

  @Test
  void shouldServeByWeight() {
    // Given
    for (int i = 0; i < 500; i++) {
      add("one", i);
      add("three", i);
    }
    // When
    var served = new ArrayList<String>();
    for (int i = 0; i < 400; i++) {
      var key = take();
      served.add(key.account());
      queue.charge(key.account(), 1_000, key.account().equals("three") ? 3 : 1);
    }
    // Then
    assertThat(served.stream().filter("three"::equals).count()).isBetween(285L, 315L);
  }

  @Test
  void shouldPassOverAccountsThatAreHeldBack() {
    // Given
    add("held", 1);
    add("free", 2);
    // When
    var first = queue.poll("held"::equals);
    var second = queue.poll("held"::equals);
    // Then
    assertThat(first.map(WaitingKey::account)).contains("free");
    assertThat(second).isEmpty();
    assertThat(queue.poll(account -> false).map(WaitingKey::account)).contains("held");
  }

  @Property(tries = 200)
  void shouldGiveEachKeyOnceAndInOrderHoweverLongTheLine(
      @ForAll @Size(min = 1, max = 300) List<@IntRange(max = 10_000) Integer> orders) {
    // Given
    var ownState = new MemoryState();
    var own = new FairQueue(ownState);
    var added = new HashMap<String, WaitingKey>();
    for (int i = 0; i < orders.size(); i++) {
      var key = new WaitingKey("p", Lane.BULK, "a", orders.get(i), "req_" + i);
      added.put(key.requestId(), key);
      ownState.enqueue(key);
      own.add(key);
    }
    // When
    var polled = new ArrayList<WaitingKey>();
    for (var key = pollFrom(own, ownState); key.isPresent(); key = pollFrom(own, ownState)) {
      polled.add(key.get());
    }
    // Then
    assertThat(polled).isSorted().containsExactlyInAnyOrderElementsOf(added.values());
  }

  @Property(tries = 100)
  void shouldFindEverythingAgainAfterARestart(@ForAll @IntRange(min = 1, max = 300) int count) {
    // Given
    var ownState = new MemoryState();
    for (int i = 0; i < count; i++) {
      ownState.enqueue(new WaitingKey("p", Lane.BULK, "a", i, "req_" + i));
    }
    var own = new FairQueue(ownState);
    ownState.lines().forEach(own::restore);
    // When
    int polled = 0;
    while (pollFrom(own, ownState).isPresent()) {
      polled++;
    }
    // Then
    assertThat(polled).isEqualTo(count);
  }

  private static Optional<WaitingKey> pollFrom(FairQueue queue, MemoryState state) {
    var key = queue.poll(account -> false);
    key.ifPresent(state::dequeue);
    return key;
  }

  private void add(String account, int order) {
    var key = new WaitingKey("p", Lane.BULK, account, order, "req_" + account + order);
    state.enqueue(key);
    queue.add(key);
  }

  private WaitingKey take() {
    var key = queue.poll(account -> false).orElseThrow();
    state.dequeue(key);
    return key;
  }

  private List<String> poll(int count, long tokens) {
    var served = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var key = take();
      served.add(key.account());
      queue.charge(key.account(), tokens, 1);
    }
    return served;
  }
}
