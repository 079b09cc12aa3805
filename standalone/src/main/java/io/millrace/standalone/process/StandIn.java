package io.millrace.standalone.process;

import io.millrace.dispatcher.PriceCatalogue;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.PriceConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.RetryConfig;
import io.millrace.schemas.config.RouteConfig;
import io.millrace.schemas.config.TargetConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The simulator in the place of real providers: it serves every model of the price catalogue under
 * the model's own name and at its price. Of two providers with the same model the first in the
 * catalogue gives the price.
 */
final class StandIn {

  static final String PROVIDER = "simulator";

  private StandIn() {}

  /**
   * The configuration with the simulator as its only provider.
   *
   * @param baseUrl where the simulator speaks OpenAI's wire form
   */
  static MillraceConfig over(MillraceConfig config, String baseUrl, PriceCatalogue catalogue) {
    var byModel = new LinkedHashMap<String, List<PriceConfig>>();
    for (var price : catalogue.all()) {
      var history = byModel.computeIfAbsent(price.model(), m -> new ArrayList<>());
      if (history.isEmpty() || history.getFirst().provider().equals(price.provider())) {
        history.add(price);
      }
    }
    var provider = ProviderConfig.of(PROVIDER, PROVIDER, baseUrl);
    return config.withProviders(
        List.of(provider),
        byModel.keySet().stream().map(StandIn::route).toList(),
        prices(config, byModel));
  }

  private static RouteConfig route(String model) {
    return new RouteConfig(
        model, "order", List.of(new TargetConfig(PROVIDER, model)), RetryConfig.defaults());
  }

  private static List<PriceConfig> prices(
      MillraceConfig config, Map<String, List<PriceConfig>> byModel) {
    var all = new ArrayList<>(config.prices());
    // The operator's own price of a simulated model wins over the shipped one.
    var overridden =
        config.prices().stream()
            .filter(price -> price.provider().equals(PROVIDER))
            .map(PriceConfig::model)
            .collect(Collectors.toSet());
    byModel.forEach(
        (model, history) -> {
          if (!overridden.contains(model)) {
            history.forEach(price -> all.add(price.soldBy(PROVIDER)));
          }
        });
    return List.copyOf(all);
  }
}
