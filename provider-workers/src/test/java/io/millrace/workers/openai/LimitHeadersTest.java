package io.millrace.workers.openai;

import static io.millrace.workers.Attempts.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.workers.LimitNotice;
import io.millrace.workers.ResponseHead;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitHeadersTest {

  private static final Map<String, String> TOLD =
      Map.of(
          "x-ratelimit-limit-requests", "14400",
          "x-ratelimit-remaining-requests", "14370",
          "x-ratelimit-reset-requests", "2m59.56s",
          "x-ratelimit-limit-tokens", "18000",
          "x-ratelimit-remaining-tokens", "17997",
          "x-ratelimit-reset-tokens", "7.66s");

  private static ResponseHead head(Map<String, String> headers) {
    return new ResponseHead(200, name -> Optional.ofNullable(headers.get(name)), NOW);
  }

  @ParameterizedTest
  @CsvSource({
    "2m59.56s, 179560",
    "7.66s, 7660",
    "120ms, 120",
    "1h0m0s, 3600000",
    "1d2h, 93600000",
    "6, 6000",
    "0s, 0"
  })
  void shouldReadDurationAsGoWritesIt(String text, long millis) {
    assertThat(LimitHeaders.duration(text)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({"''", "soon", "-5", "2026-01-01T00:00:00Z", "1.2.3.4x"})
  void shouldReadNothingWhenItIsNoDuration(String text) {
    assertThat(LimitHeaders.duration(text)).isEmpty();
  }

  @Test
  void shouldReadBothLimits() {
    // When
    var notice = LimitHeaders.OPENAI.read(head(TOLD));
    // Then
    assertThat(notice.requests())
        .isEqualTo(new LimitNotice.Window(14_400, 14_370, Duration.ofMillis(179_560)));
    assertThat(notice.tokens())
        .isEqualTo(new LimitNotice.Window(18_000, 17_997, Duration.ofMillis(7660)));
  }

  @Test
  void shouldNotTakeLimitOfTheDayForOneOfTheMinute() {
    // When
    var notice = LimitHeaders.REQUESTS_BY_DAY.read(head(TOLD));
    // Then
    assertThat(notice.requests().perMinute()).isEqualTo(LimitNotice.UNKNOWN);
    assertThat(notice.requests().remaining()).isEqualTo(14_370);
    assertThat(notice.tokens().perMinute()).isEqualTo(18_000);
  }

  @Test
  void shouldSayNothingWhenNothingIsTold() {
    assertThat(LimitHeaders.OPENAI.read(head(Map.of("x-ratelimit-limit-tokens", "many"))).isNone())
        .isTrue();
  }
}
