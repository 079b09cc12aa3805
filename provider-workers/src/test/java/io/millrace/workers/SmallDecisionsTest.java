package io.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.openai.OpenAiKinds;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmallDecisionsTest {

  @Test
  void shouldVerifyWithTheReferenceLibraryWhenSigned() throws Exception {
    // Given
    var secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU";
    var payload = "{\"type\":\"request.completed\"}";
    long now = Instant.now(java.time.Clock.systemUTC()).getEpochSecond();
    // When
    var signature = new WebhookSignature(secret).sign("wh_1", now, Attempts.utf8(payload));
    // Then
    var headers =
        HttpHeaders.of(
            Map.of(
                "webhook-id", List.of("wh_1"),
                "webhook-timestamp", List.of(Long.toString(now)),
                "webhook-signature", List.of(signature)),
            (name, value) -> true);
    new Webhook(secret).verify(payload, headers);
  }

  @ParameterizedTest
  @CsvSource({
    "retry-after, 2, 2000",
    "retry-after, 0.5, 500",
    "retry-after-ms, 150, 150",
    "retry-after, 'Sat, 21 Nov 2026 10:00:07 GMT', 7000",
    "retry-after, 'Sat, 21 Nov 2026 09:00:00 GMT', 0",
    "retry-after, soon, 0",
    "retry-after, -3, 0",
    "retry-after, NaN, 0",
    "retry-after, 1e300, 86400000",
    "x-other, 9, 0"
  })
  void shouldReadTheWishWhenItIsSecondsMillisOrADate(String header, String value, long millis) {
    // Given
    var head =
        new ResponseHead(
            429, name -> name.equals(header) ? Optional.of(value) : Optional.empty(), Attempts.NOW);
    // When
    var wait = RetryAfter.of(head);
    // Then
    assertThat(wait).isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void shouldNameKindsAndProviderWhenKindIsUnknown() {
    // Given
    var adapters = new ProviderAdapters(new OpenAiKinds().all());
    var provider = ProviderConfig.of("mine", "opnai", "");
    // When
    assertThatThrownBy(() -> adapters.adapterFor(provider))
        // Then
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("providers[mine].kind")
        .hasMessageContaining("openai, openai-compatible, simulator");
  }

  @Test
  void shouldAskForABaseUrlWhenTheKindHasNone() {
    // Given
    var adapters = new ProviderAdapters(new OpenAiKinds().all());
    var provider = ProviderConfig.of("mine", "openai-compatible", "");
    // When
    assertThatThrownBy(() -> adapters.adapterFor(provider))
        // Then
        .hasMessageContaining("providers[mine].baseUrl");
  }

  @Test
  void shouldForgetTheOldestWhenOrdersAreTooMany() {
    // Given
    var orders = new CancelOrders(2, 1000);
    // When
    orders.add("a", 0);
    orders.add("b", 1);
    orders.add("c", 2);
    // Then
    assertThat(orders.contains("a", 3)).isFalse();
    assertThat(orders.contains("b", 3)).isTrue();
    assertThat(orders.contains("c", 1002)).isTrue();
    assertThat(orders.contains("c", 1003)).isFalse();
  }

  @Test
  void shouldCommitOnlyBelowTheFirstOpenOffsetWhenRecordsEndInAnyOrder() {
    // Given
    var offsets = new OffsetTracker();
    offsets.read(10);
    offsets.read(11);
    offsets.read(14);
    // When
    offsets.ended(11);
    var first = offsets.advance();
    offsets.ended(10);
    var second = offsets.advance();
    offsets.ended(14);
    var third = offsets.advance();
    // Then
    assertThat(first).isEmpty();
    assertThat(second).hasValue(14);
    assertThat(third).hasValue(15);
    assertThat(offsets.advance()).isEmpty();
  }
}
