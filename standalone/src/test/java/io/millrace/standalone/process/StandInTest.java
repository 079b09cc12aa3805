package io.millrace.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bootstrap.ConfigLoader;
import io.millrace.dispatcher.PriceCatalogue;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.RouteConfig;
import io.millrace.schemas.config.TargetConfig;
import java.math.BigDecimal;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StandInTest {

  private static final String URL = "http://127.0.0.1:1/v1";

  @Test
  void shouldServeEveryModelOfCatalogueAtItsPrice() {
    // Given
    var catalogue = PriceCatalogue.shipped();
    var models = catalogue.all().stream().map(p -> p.model()).collect(Collectors.toSet());

    // When
    var config = StandIn.over(MillraceConfig.defaults(), URL, catalogue);

    // Then
    assertThat(config.providers())
        .singleElement()
        .satisfies(
            provider -> {
              assertThat(provider.kind()).isEqualTo("simulator");
              assertThat(provider.baseUrl()).isEqualTo(URL);
            });
    assertThat(config.routes())
        .extracting(RouteConfig::model)
        .containsExactlyInAnyOrderElementsOf(models);
    assertThat(config.routes())
        .allSatisfy(
            route ->
                assertThat(route.targets())
                    .containsExactly(new TargetConfig("simulator", route.model())));
    // A catalogue takes each model and day once; this is how services read the prices.
    var priced = catalogue.with(config.prices());
    assertThat(models)
        .allSatisfy(
            model ->
                assertThat(priced.all())
                    .anyMatch(p -> p.provider().equals("simulator") && p.model().equals(model)));
  }

  @Test
  void shouldKeepOperatorsPriceOfSimulatedModel() {
    // Given
    var own =
        new ConfigLoader(Map.of())
            .parse(
                "prices: [{provider: simulator, model: gpt-4o-mini, inputUsdPerMTok: '7'}]",
                "test",
                MillraceConfig.class);

    // When
    var config = StandIn.over(own, URL, PriceCatalogue.shipped());

    // Then
    assertThat(config.prices())
        .filteredOn(price -> price.model().equals("gpt-4o-mini"))
        .singleElement()
        .satisfies(price -> assertThat(price.inputUsdPerMTok()).isEqualTo(new BigDecimal("7")));
  }
}
