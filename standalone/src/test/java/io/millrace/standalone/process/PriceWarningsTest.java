package io.millrace.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bootstrap.ConfigLoader;
import io.millrace.dispatcher.PriceCatalogue;
import io.millrace.schemas.config.MillraceConfig;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PriceWarningsTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void shouldNameProviderAndModelOfEachTargetWithoutAPrice() {
    // Given
    var config =
        new ConfigLoader(Map.of())
            .parse(
                """
                providers: [{name: local, kind: vllm}, {name: main, kind: openai}]
                routes:
                  - {model: a, targets: [{provider: main, model: gpt-4o-2024-11-20}]}
                  - {model: b, targets: [{provider: local, model: llama}]}
                """,
                "test",
                MillraceConfig.class);

    // Then
    assertThat(PriceWarnings.of(config, NOW))
        .singleElement()
        .asString()
        .contains("model llama at provider local", "charged nothing");
  }

  @Test
  void shouldSayNothingWhenTheSimulatorStandsIn() {
    // Given
    var config =
        StandIn.over(MillraceConfig.defaults(), "http://127.0.0.1:1/v1", PriceCatalogue.shipped());

    // Then
    assertThat(PriceWarnings.of(config, NOW)).isEmpty();
  }
}
