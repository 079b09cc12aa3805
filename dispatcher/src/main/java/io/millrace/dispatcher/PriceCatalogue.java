package io.millrace.dispatcher;

import io.millrace.bootstrap.ConfigLoader;
import io.millrace.schemas.config.PriceConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What every known model costs at every time. Immutable: a catalogue with other prices is another
 * catalogue. An instant's price is that of the latest entry that began on or before its day in UTC.
 */
public final class PriceCatalogue {

  private static final String RESOURCE = "prices.yaml";

  private final List<PriceConfig> all;
  private final Map<PricedModel, NavigableMap<LocalDate, PriceConfig>> byModel;

  private PriceCatalogue(Map<PricedModel, NavigableMap<LocalDate, PriceConfig>> byModel) {
    this.byModel = byModel;
    this.all = byModel.values().stream().flatMap(history -> history.values().stream()).toList();
  }

  /** A catalogue without prices. */
  public static PriceCatalogue empty() {
    return new PriceCatalogue(Map.of());
  }

  /** The list prices that ship with Millrace. */
  public static PriceCatalogue shipped() {
    try (var file = PriceCatalogue.class.getResourceAsStream("/" + RESOURCE)) {
      if (file == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      var text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return empty().with(new ConfigLoader(Map.of()).parse(text, RESOURCE, Shipped.class).prices());
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE + " cannot be read", e);
    }
  }

  /**
   * The catalogue with these prices on top. From the day on that the first of them begins for a
   * model, only they count for it; what was known before that day stays. So an operator's price is
   * not undone by a later one that ships.
   *
   * @throws IllegalArgumentException when two of them begin on the same day for the same model
   */
  public PriceCatalogue with(List<PriceConfig> prices) {
    var added = new LinkedHashMap<PricedModel, NavigableMap<LocalDate, PriceConfig>>();
    for (var price : prices) {
      var model = new PricedModel(price.provider(), price.model());
      var twin = added.computeIfAbsent(model, m -> new TreeMap<>()).put(price.validFrom(), price);
      if (twin != null) {
        throw new IllegalArgumentException(
            "prices[%s/%s] has two entries with validFrom %s"
                .formatted(price.provider(), price.model(), price.validFrom()));
      }
    }
    var merged = new LinkedHashMap<>(byModel);
    added.forEach(
        (model, history) -> {
          var known = byModel.get(model);
          if (known != null) {
            history.putAll(Map.copyOf(known.headMap(history.firstKey(), false)));
          }
          merged.put(model, history);
        });
    return new PriceCatalogue(merged);
  }

  /** What the provider's model costs at the instant; empty when nobody has said. */
  public Optional<PriceConfig> find(String provider, String model, Instant at) {
    var history = byModel.get(new PricedModel(provider, model));
    if (history == null) {
      return Optional.empty();
    }
    var entry = history.floorEntry(LocalDate.ofInstant(at, ZoneOffset.UTC));
    return entry == null ? Optional.empty() : Optional.of(entry.getValue());
  }

  /**
   * Every entry: models in the order in which they were first given, the shipped ones first, and
   * those of one model by day.
   */
  public List<PriceConfig> all() {
    return all;
  }

  private record PricedModel(String provider, String name) {}

  private record Shipped(List<PriceConfig> prices) {}
}
