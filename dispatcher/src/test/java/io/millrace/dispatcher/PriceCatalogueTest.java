package io.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schemas.config.PriceConfig;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceCatalogueTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private final PriceCatalogue shipped = PriceCatalogue.shipped();

  @ParameterizedTest
  @CsvSource({
    "openai,    gpt-4o-mini,            2026-11-21T12:00:00Z, 0.15,  0.6",
    "openai,    gpt-5.6-luna,           2026-09-22T23:59:59Z, 1,     6",
    "openai,    gpt-5.6-luna,           2026-09-23T00:00:00Z, 0.2,   1.2",
    "gemini,    gemini-3.6-flash,       2026-07-24T00:00:00Z, 1.5,   7.5",
    "gemini,    gemini-3.6-flash,       2026-11-21T12:00:00Z, 0.75,  3.75",
    "gemini,    gemini-3.6-flash,       2027-01-01T00:00:00Z, 1.5,   7.5",
    "gemini,    gemini-3.8-flash,       2026-12-31T23:59:59Z, 0.75,  3.75",
    "gemini,    gemini-3.8-flash,       2027-06-01T00:00:00Z, 1.5,   7.5",
    "bedrock,   amazon.nova-micro-v1:0, 2026-11-21T12:00:00Z, 0.035, 0.14",
    "azure,     gpt-4o-mini,            2026-11-21T12:00:00Z, 0.165, 0.66",
    "together,  openai/gpt-oss-120b,    2026-11-21T12:00:00Z, 0.15,  0.6",
    "openai,    text-embedding-3-small, 2026-11-21T12:00:00Z, 0.02,  0",
  })
  void shouldFindTheShippedPriceWhenItsDayHasCome(
      String provider, String model, Instant at, BigDecimal input, BigDecimal output) {
    // When
    var price = shipped.find(provider, model, at).orElseThrow();

    // Then
    assertThat(price.inputUsdPerMTok()).isEqualByComparingTo(input);
    assertThat(price.outputUsdPerMTok()).isEqualByComparingTo(output);
  }

  @Test
  void shouldKnowAllOfAShippedPriceWhenItHasTiers() {
    // When
    var price = shipped.find("anthropic", "claude-sonnet-4-5", NOW).orElseThrow();

    // Then
    assertThat(price.cachedInputUsdPerMTok()).isEqualByComparingTo("0.3");
    assertThat(price.cacheWriteUsdPerMTok()).isEqualByComparingTo("3.75");
    assertThat(price.batchInputUsdPerMTok()).isEqualByComparingTo("1.5");
    assertThat(price.batchOutputUsdPerMTok()).isEqualByComparingTo("7.5");
    assertThat(price.contextWindow()).isEqualTo(200_000);
    assertThat(price.outputMax()).isEqualTo(64_000);
    assertThat(price.longContext())
        .satisfies(
            tier -> {
              assertThat(tier.aboveTokens()).isEqualTo(200_000);
              assertThat(tier.inputUsdPerMTok()).isEqualByComparingTo("6");
              assertThat(tier.outputUsdPerMTok()).isEqualByComparingTo("22.5");
            });
  }

  @Test
  void shouldFindEveryShippedEntryWhenItsFirstDayBegins() {
    // Then
    assertThat(shipped.all()).hasSizeGreaterThan(100);
    for (var price : shipped.all()) {
      var firstInstant = price.validFrom().atStartOfDay(ZoneOffset.UTC).toInstant();
      assertThat(shipped.find(price.provider(), price.model(), firstInstant)).contains(price);
    }
  }

  @Test
  void shouldListTheMakerFirstWhenSeveralProvidersSellAModel() {
    // Then
    assertThat(shipped.all())
        .filteredOn(price -> price.model().equals("gpt-4o-mini"))
        .extracting(PriceConfig::provider)
        .containsExactly("openai", "azure");
    assertThat(shipped.all())
        .filteredOn(price -> price.model().equals("gemini-3.6-flash"))
        .extracting(PriceConfig::validFrom)
        .isSorted()
        .hasSize(3);
  }

  @Test
  void shouldFindNothingWhenTheModelIsUnknownOrNotYetPriced() {
    // Then
    assertThat(shipped.find("openai", "no-such-model", NOW)).isEmpty();
    assertThat(shipped.find("azure", "claude-opus-5", NOW)).isEmpty();
    assertThat(shipped.find("openai", "gpt-4o", Instant.parse("2025-12-31T23:59:59Z"))).isEmpty();
  }

  @Test
  void shouldAddAModelWhenNoneOfThatNameShips() {
    // Given
    var own = price("openai", "gpt-6.1-sol", LocalDate.EPOCH, "3");

    // When
    var catalogue = shipped.with(List.of(own));

    // Then
    assertThat(catalogue.find("openai", "gpt-6.1-sol", NOW)).contains(own);
    assertThat(catalogue.all()).containsAll(shipped.all()).contains(own);
    assertThat(shipped.find("openai", "gpt-6.1-sol", NOW)).isEmpty();
  }

  @Test
  void shouldHoldFromItsDayOnWhenAConfiguredPriceIsOlderThanAShippedOne() {
    // Given
    var own = price("gemini", "gemini-3.6-flash", LocalDate.parse("2026-03-01"), "1");

    // When
    var catalogue = shipped.with(List.of(own));

    // Then
    var february = Instant.parse("2026-02-28T12:00:00Z");
    assertThat(catalogue.find("gemini", "gemini-3.6-flash", february))
        .isEqualTo(shipped.find("gemini", "gemini-3.6-flash", february));
    assertThat(catalogue.find("gemini", "gemini-3.6-flash", NOW)).contains(own);
    assertThat(catalogue.find("gemini", "gemini-3.6-flash", Instant.parse("2027-02-01T00:00:00Z")))
        .contains(own);
  }

  @Test
  void shouldFollowTheirDaysWhenSeveralPricesAreConfigured() {
    // Given
    var first = price("openai", "gpt-4o", LocalDate.EPOCH, "1");
    var second = price("openai", "gpt-4o", LocalDate.parse("2026-06-01"), "2");

    // When
    var catalogue = shipped.with(List.of(second, first));

    // Then
    assertThat(catalogue.find("openai", "gpt-4o", Instant.parse("2026-05-31T23:59:59Z")))
        .contains(first);
    assertThat(catalogue.find("openai", "gpt-4o", Instant.parse("2026-06-01T00:00:00Z")))
        .contains(second);
  }

  @Test
  void shouldRefuseWhenTwoPricesBeginOnTheSameDay() {
    // Given
    var twins =
        List.of(
            price("openai", "gpt-4o", LocalDate.EPOCH, "1"),
            price("openai", "gpt-4o", LocalDate.EPOCH, "2"));

    // Then
    assertThatThrownBy(() -> shipped.with(twins))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prices[openai/gpt-4o] has two entries with validFrom 1970-01-01");
  }

  private static PriceConfig price(
      String provider, String model, LocalDate validFrom, String inputUsdPerMTok) {
    return PriceConfig.of(provider, model, new BigDecimal(inputUsdPerMTok), BigDecimal.ONE)
        .withValidFrom(validFrom);
  }
}
