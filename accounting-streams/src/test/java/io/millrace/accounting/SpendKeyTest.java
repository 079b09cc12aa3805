package io.millrace.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.SpendPeriod;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SpendKeyTest {

  private static final Instant AT = Instant.parse("2026-11-21T10:15:30Z");

  @Test
  void shouldNamePeriodAndDimensionsWhenWrittenAsText() {
    // Given
    var key =
        SpendKey.at(SpendPeriod.DAY, AT, new Dimensions("acme", "fast", "groq", "qwen/qwen3-32b"));

    // Then
    assertThat(key.text()).isEqualTo("2026-11-21T00:00:00Z|acme|fast|groq|qwen/qwen3-32b");
    assertThat(SpendKey.of(Spend.NONE.summary(key, true))).isEqualTo(key);
  }

  @Test
  void shouldStayApartWhenNamesContainTheSeparator() {
    // Given
    var one = SpendKey.at(SpendPeriod.DAY, AT, new Dimensions("acme", "a|b", "c", "d%7Ce"));
    var other = SpendKey.at(SpendPeriod.DAY, AT, new Dimensions("acme", "a", "b|c", "d|e"));

    // Then
    assertThat(one.text()).isEqualTo("2026-11-21T00:00:00Z|acme|a%7Cb|c|d%257Ce");
    assertThat(other.text()).isEqualTo("2026-11-21T00:00:00Z|acme|a|b%7Cc|d%7Ce");
  }
}
