package io.millrace.dispatcher.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.dispatcher.Timer;
import io.millrace.dispatcher.WaitingKey;
import io.millrace.dispatcher.kafka.StoreKeys.Space;
import io.millrace.schemas.Lane;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class StoreKeysTest {

  @Property
  void shouldReadBackWhatItWrote(@ForAll("keys") WaitingKey key) {
    // When
    var read = StoreKeys.waiting(StoreKeys.waiting(key));
    // Then
    assertThat(read).isEqualTo(key);
  }

  @Property
  void shouldSortALineAsItsKeysDo(@ForAll("keys") WaitingKey key, @ForAll("orders") long order) {
    // Given
    var other = new WaitingKey(key.provider(), key.lane(), key.account(), order, key.requestId());
    // When
    int byBytes = StoreKeys.waiting(key).compareTo(StoreKeys.waiting(other));
    // Then
    assertThat(Integer.signum(byBytes)).isEqualTo(Integer.signum(key.compareTo(other)));
  }

  @Property
  void shouldEndALineBehindItsKeysAndBeforeTheNext(
      @ForAll("keys") WaitingKey key, @ForAll("keys") WaitingKey other) {
    // Given
    var bytes = StoreKeys.waiting(key);
    var end = StoreKeys.endOfLine(bytes);
    boolean isSameLine =
        key.provider().equals(other.provider())
            && key.lane() == other.lane()
            && key.account().equals(other.account());
    // When
    var otherBytes = StoreKeys.waiting(other);
    // Then
    assertThat(bytes).isLessThan(end).isGreaterThan(Space.WAITING.first());
    assertThat(end).isLessThan(Space.WAITING.end());
    if (isSameLine) {
      assertThat(otherBytes).isLessThan(end);
    } else {
      assertThat(otherBytes.compareTo(end) < 0).isEqualTo(otherBytes.compareTo(bytes) < 0);
    }
  }

  @Property
  void shouldKeepTimersInOrderOfTime(@ForAll("timers") Timer timer, @ForAll("timers") Timer other) {
    // When
    int byBytes = StoreKeys.timer(timer).compareTo(StoreKeys.timer(other));
    // Then
    assertThat(StoreKeys.timer(StoreKeys.timer(timer))).isEqualTo(timer);
    if (!timer.dueAt().equals(other.dueAt())) {
      assertThat(byBytes < 0).isEqualTo(timer.dueAt().isBefore(other.dueAt()));
    }
  }

  @Provide
  Arbitrary<WaitingKey> keys() {
    var names = Arbitraries.strings().withChars("ab-").ofMinLength(1).ofMaxLength(3);
    var lanes = Arbitraries.of(Lane.values());
    return Combinators.combine(names, lanes, names, orders(), names).as(WaitingKey::new);
  }

  @Provide
  Arbitrary<Long> orders() {
    return Arbitraries.longs().between(0, 4_102_444_800_000L);
  }

  @Provide
  Arbitrary<Timer> timers() {
    return Combinators.combine(
            orders().map(Instant::ofEpochMilli),
            Arbitraries.of(Timer.Kind.values()),
            Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(5))
        .as(Timer::new);
  }
}
