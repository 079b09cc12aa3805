package io.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.config.ProviderLimits;
import java.util.ArrayList;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThrottleTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long T0 = -5 * SECOND;
  private static final long UNLIMITED = ProviderLimits.UNLIMITED;

  @Test
  void shouldWaitForAnEndWhenAllSlotsRun() {
    // Given
    var throttle = owningAll(new ProviderLimits(UNLIMITED, UNLIMITED, 2));
    // When
    var full = throttle.started(10, T0).started(10, T0);
    // Then
    assertThat(throttle.waitNanos(10, T0)).isZero();
    assertThat(full.waitNanos(10, T0)).isEqualTo(Throttle.NEVER_NANOS);
    assertThat(full.finished(10, 10, T0).waitNanos(10, T0)).isZero();
  }

  @Test
  void shouldStartNothingWhenNoSlotIsOwned() {
    // Given
    var limits = new ProviderLimits(UNLIMITED, UNLIMITED, 8);
    // When
    var throttle = Throttle.of(limits, T0);
    // Then
    assertThat(throttle.waitNanos(1, T0)).isEqualTo(Throttle.NEVER_NANOS);
  }

  @Test
  void shouldSpaceCallsWhenRequestsPerMinuteAreLimited() {
    // Given
    var throttle = owningAll(new ProviderLimits(30, UNLIMITED, 100));
    // When
    var one = throttle.started(1, T0);
    // Then
    assertThat(one.waitNanos(1, T0)).isEqualTo(2 * SECOND);
    assertThat(one.waitNanos(1, T0 + SECOND)).isEqualTo(SECOND);
    assertThat(one.waitNanos(1, T0 + 2 * SECOND)).isZero();
  }

  @Test
  void shouldWaitForAFullBucketAndLeaveItInDebtWhenARequestIsLargerThanIt() {
    // Given a bucket of 100 that gains 50 a second
    var throttle = owningAll(new ProviderLimits(UNLIMITED, 3000, 100)).started(50, T0);
    // When
    long wait = throttle.waitNanos(300, T0);
    var indebted = throttle.started(300, T0 + wait);
    // Then
    assertThat(wait).isEqualTo(SECOND);
    assertThat(indebted.waitNanos(50, T0 + wait)).isEqualTo(5 * SECOND);
  }

  @Test
  void shouldCorrectTheEstimateWhenUsageIsKnown() {
    // Given
    var throttle = owningAll(new ProviderLimits(UNLIMITED, 3000, 100)).started(100, T0);
    // When
    var overestimated = throttle.finished(100, 20, T0);
    var underestimated = throttle.finished(100, 150, T0);
    // Then
    assertThat(throttle.waitNanos(50, T0)).isEqualTo(SECOND);
    assertThat(overestimated.waitNanos(80, T0)).isZero();
    assertThat(underestimated.waitNanos(50, T0)).isEqualTo(2 * SECOND);
  }

  @Test
  void shouldGiveEverythingBackWhenACallIsNotMade() {
    // Given
    var throttle = owningAll(new ProviderLimits(30, 3000, 1));
    // When
    var returned = throttle.started(100, T0).returned(100, T0);
    // Then
    assertThat(returned).isEqualTo(throttle);
  }

  @Test
  void shouldStayClosedUntilTheLaterWishWhenTheProviderSaysTwice() {
    // Given
    var throttle = owningAll(new ProviderLimits(UNLIMITED, UNLIMITED, 10));
    // When
    var closed = throttle.closedFor(3 * SECOND, T0).closedFor(SECOND, T0);
    // Then
    assertThat(closed.waitNanos(1, T0)).isEqualTo(3 * SECOND);
    assertThat(closed.waitNanos(1, T0 + 3 * SECOND)).isZero();
  }

  @Test
  void shouldKeepRunningCallsCountedWhenSlotsGo() {
    // Given
    var limits = new ProviderLimits(UNLIMITED, UNLIMITED, 4);
    var running = owningAll(limits).started(1, T0).started(1, T0).started(1, T0);
    // When
    var halved = running.owning(SlotShare.of(Set.of(0, 1), 4, limits), T0);
    // Then
    assertThat(halved.waitNanos(1, T0)).isEqualTo(Throttle.NEVER_NANOS);
    assertThat(halved.finished(1, 1, T0).finished(1, 1, T0).waitNanos(1, T0)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 1000})
  void shouldShareTheWholeLimitWhenSlotsAreDealtOut(int concurrencyMax) {
    // Given
    var limits = new ProviderLimits(UNLIMITED, UNLIMITED, concurrencyMax);
    // When
    var one = SlotShare.of(Set.of(0, 3), 4, limits);
    var other = SlotShare.of(Set.of(1, 2), 4, limits);
    var all = SlotShare.of(Set.of(0, 1, 2, 3), 4, limits);
    // Then
    assertThat(one.concurrency() + other.concurrency()).isEqualTo(concurrencyMax);
    assertThat(all.concurrency()).isEqualTo(concurrencyMax);
    assertThat(all.of(600)).isEqualTo(600);
  }

  @Test
  void shouldNeverExceedTheLimitInAnyMinuteByMoreThanTheBurst() {
    for (int seed = 0; seed < 50; seed++) {
      // Given
      var random = new Random(seed);
      int perMinute = 1 + random.nextInt(600);
      var throttle = owningAll(new ProviderLimits(perMinute, UNLIMITED, 1_000_000));
      var starts = new ArrayList<Long>();
      long now = T0;
      // When
      while (now < T0 + 180 * SECOND) {
        long wait = throttle.waitNanos(1, now);
        if (wait == 0) {
          throttle = throttle.started(1, now);
          starts.add(now);
        } else {
          now += Math.min(wait, 1 + random.nextInt(300_000_000));
        }
      }
      // Then
      for (int i = 0; i < starts.size(); i++) {
        long begin = starts.get(i);
        long inMinute = starts.stream().filter(s -> s >= begin && s < begin + 60 * SECOND).count();
        assertThat(inMinute)
            .as("seed %d, %d a minute", seed, perMinute)
            .isLessThanOrEqualTo(perMinute + Math.max(1, perMinute / 30) + 1);
      }
      assertThat(starts.size()).isGreaterThanOrEqualTo((int) (3 * perMinute * 0.95) - 1);
    }
  }

  private static Throttle owningAll(ProviderLimits limits) {
    return Throttle.of(limits, T0).owning(SlotShare.of(Set.of(0, 1, 2, 3), 4, limits), T0);
  }
}
