package io.millrace.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.simulator.script.Distribution;
import io.millrace.simulator.script.RateLimit;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EngineTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void shouldDrawWithGivenMeanAndSpread() {
    assertThat(mean(new Distribution.Uniform(10, 30))).isCloseTo(20, within(0.5));
    assertThat(mean(new Distribution.Normal(100, 10))).isCloseTo(100, within(1.0));
    assertThat(mean(new Distribution.LogNormal(100, 50))).isCloseTo(100, within(2.0));
    assertThat(mean(new Distribution.Exponential(100))).isCloseTo(100, within(3.0));
  }

  private static double mean(Distribution distribution) {
    return IntStream.range(0, 50_000)
        .mapToDouble(i -> Draws.of(1, i, 0).sample(distribution, Draws.Topic.LATENCY))
        .average()
        .orElseThrow();
  }

  @Test
  void shouldCountSightingsAndForgetWhenFull() {
    // Given
    var seen = new SeenBodies(16 * 100);
    // When
    int first = seen.next(42);
    int second = seen.next(42);
    IntStream.range(0, 5000).forEach(i -> seen.next(Draws.mix(i)));
    // Then
    assertThat(first).isZero();
    assertThat(second).isEqualTo(1);
    assertThat(seen.next(42)).isZero();
  }

  @Test
  void shouldKeepEveryRequestIdUpToItsLimit() {
    // Given
    var counts = new RequestCounts(20_000);
    // When
    IntStream.range(0, 20_001).forEach(i -> counts.add("req_" + i, 1));
    counts.add("req_5", 1);
    counts.add("req_6", -1);
    counts.add("not usable", 1);
    counts.add("", 1);
    // Then
    Map<String, Integer> all = counts.toMap();
    assertThat(all).hasSize(19_999).containsEntry("req_5", 2).doesNotContainKey("req_6");
    assertThat(counts.size()).isEqualTo(20_000);
    assertThat(counts.uncounted()).isEqualTo(2);
  }

  @Test
  void shouldRefillEvenlyAndRecoverFromDebt() {
    // Given
    var limiter = new RateLimiter(new RateLimit(0, 60, 0), 0);
    limiter.acquire(40, 0);
    // When
    limiter.charge(50, 0);
    // Then
    assertThat(limiter.acquire(10, 39 * SECOND)).isInstanceOf(RateLimiter.Refused.class);
    assertThat(limiter.acquire(10, 40 * SECOND)).isInstanceOf(RateLimiter.Admitted.class);
  }

  @Test
  void shouldAdmitOversizedCallWhenBucketIsFull() {
    // Given
    var limiter = new RateLimiter(new RateLimit(0, 60, 0), 0);
    // When
    var first = limiter.acquire(600, 0);
    var second = limiter.acquire(600, 599 * SECOND);
    var third = limiter.acquire(600, 600 * SECOND);
    // Then
    assertThat(first).isInstanceOf(RateLimiter.Admitted.class);
    assertThat(second)
        .isEqualTo(
            new RateLimiter.Refused(
                Verdict.LimitKind.TOKENS,
                1000,
                new LimitState(LimitState.Window.NONE, new LimitState.Window(60, 59, 1000))));
    assertThat(third).isInstanceOf(RateLimiter.Admitted.class);
  }

  @Test
  void shouldFreePlaceWhenCallIsOver() {
    // Given
    var limiter = new RateLimiter(new RateLimit(0, 0, 1), 0);
    limiter.acquire(1, 0);
    // When
    var refused = limiter.acquire(1, 0);
    limiter.release();
    var admitted = limiter.acquire(1, 0);
    // Then
    assertThat(refused).isInstanceOf(RateLimiter.Refused.class);
    assertThat(admitted).isInstanceOf(RateLimiter.Admitted.class);
  }

  @Test
  void shouldSurviveBrokenTextWhenEchoing() {
    // When
    var text = AnswerText.of("half \ud83d pair");
    // Then
    assertThat(text.words()).isEqualTo(3);
    assertThat(new String(text.json(), 0, text.end(3), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("half ? pair");
    assertThat(AnswerText.of(" \n").words()).isEqualTo(1);
  }
}
