package io.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bootstrap.ConfigLoader;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.PriceConfig;
import io.millrace.schemas.config.TargetConfig;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetPricesTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    // kind, model, whose price
    "openai, gpt-4o, openai",
    "azure-openai, gpt-4o-mini, azure",
    "vertex, gemini-2.5-pro, gemini",
    "vertex, text-embedding-005, vertex",
    "bedrock, eu.amazon.nova-pro-v1:0, bedrock",
    "groq, llama-3.1-8b-instant, groq",
    "xai, grok-4.6, xai",
  })
  void shouldTakeThePriceOfTheKindWhenTheNameHasNone(String kind, String model, String seller) {
    // Given
    var prices = new TargetPrices(PriceCatalogue.shipped(), Map.of("mine", kind));

    // When
    var price = prices.find("mine", model, NOW);

    // Then
    assertThat(price).isPresent();
    assertThat(price.get().provider()).isEqualTo(seller);
  }

  @Test
  void shouldTakeThePriceOfTheNameBeforeThatOfTheKind() {
    // Given
    var own = PriceConfig.of("mine", "gpt-4o", new BigDecimal("7"), BigDecimal.ONE);
    var prices =
        new TargetPrices(
            PriceCatalogue.shipped().with(List.of(own)),
            Map.of("mine", "openai", "hers", "openai"));

    // Then
    assertThat(prices.find("mine", "gpt-4o", NOW)).contains(own);
    assertThat(prices.find("mine", "gpt-4o-2024-08-06", NOW)).contains(own);
    assertThat(prices.find("mine", "gpt-4o-mini", NOW))
        .isEqualTo(prices.find("openai", "gpt-4o-mini", NOW));
    assertThat(prices.find("hers", "gpt-4o", NOW)).isEqualTo(prices.find("openai", "gpt-4o", NOW));
  }

  @Test
  void shouldFindNothingWhenNeitherNameNorKindHasAPrice() {
    // Given
    var prices = new TargetPrices(PriceCatalogue.shipped(), Map.of("mine", "ollama"));

    // Then
    assertThat(prices.find("mine", "gpt-4o", NOW)).isEmpty();
    assertThat(prices.find("unheard-of", "gpt-4o", NOW)).isEmpty();
  }

  @Test
  void shouldNameTheTargetsThatNobodyHasPriced() {
    // Given
    var config =
        new ConfigLoader(Map.of())
            .parse(
                """
                providers:
                  - {name: main, kind: openai}
                  - {name: local, kind: ollama}
                routes:
                  - {model: a, targets: [{provider: main, model: gpt-4o}, {provider: local, model: llama3}]}
                  - {model: b, targets: [{provider: local, model: llama3}, {provider: main, model: gpt-99}]}
                  - {model: c, targets: [{provider: local, model: free}]}
                prices:
                  - {provider: local, model: free, inputUsdPerMTok: "0"}
                """,
                "test",
                MillraceConfig.class);

    // Then
    assertThat(TargetPrices.unpriced(config, NOW))
        .containsExactly(new TargetConfig("local", "llama3"), new TargetConfig("main", "gpt-99"));
  }
}
