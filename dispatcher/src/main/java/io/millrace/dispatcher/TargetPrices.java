package io.millrace.dispatcher;

import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.PriceConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.TargetConfig;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What the targets of routes cost. A price given for a provider's own name goes first, then that of
 * its kind; under each, the model's own name goes before what it is a release of.
 */
public final class TargetPrices {

  private final PriceCatalogue catalogue;
  private final Map<String, String> kinds;

  /** Taking names apart costs more than all else here; there are as many as targets. */
  private final Map<String, List<String>> namesOfModels = new ConcurrentHashMap<>();

  /**
   * @param catalogue every known price
   * @param kinds kind of each configured provider, by its name
   */
  public TargetPrices(PriceCatalogue catalogue, Map<String, String> kinds) {
    this.catalogue = catalogue;
    this.kinds = Map.copyOf(kinds);
  }

  /** Those of a configuration, with the catalogue that ships beneath its prices. */
  public static TargetPrices of(MillraceConfig config) {
    return new TargetPrices(
        PriceCatalogue.shipped().with(config.prices()),
        config.providers().stream()
            .collect(Collectors.toMap(ProviderConfig::name, ProviderConfig::kind)));
  }

  /**
   * What the provider's model costs at the instant; empty when nobody has said.
   *
   * @param model of a configured target
   */
  Optional<PriceConfig> find(String provider, String model, Instant at) {
    var exact = catalogue.find(provider, model, at);
    if (exact.isPresent()) {
      return exact;
    }
    var names = namesOfModels.computeIfAbsent(model, ModelNames::of);
    return findAny(provider, names, at)
        .or(
            () ->
                sellersOf(kinds.getOrDefault(provider, "")).stream()
                    .flatMap(seller -> findAny(seller, names, at).stream())
                    .findFirst());
  }

  private Optional<PriceConfig> findAny(String seller, List<String> names, Instant at) {
    return names.stream().flatMap(name -> catalogue.find(seller, name, at).stream()).findFirst();
  }

  /** Under which names the catalogue keeps the models of a kind, the likelier first. */
  private static List<String> sellersOf(String kind) {
    return switch (kind) {
      case "" -> List.of();
      case "azure-openai" -> List.of("azure");
      case "vertex" -> List.of("vertex", "gemini");
      default -> List.of(kind);
    };
  }

  /** Targets whose calls would be charged nothing, because their price is not known. */
  public static List<TargetConfig> unpriced(MillraceConfig config, Instant at) {
    var prices = of(config);
    return config.routes().stream()
        .flatMap(route -> route.targets().stream())
        .distinct()
        .filter(target -> prices.find(target.provider(), target.model(), at).isEmpty())
        .toList();
  }
}
