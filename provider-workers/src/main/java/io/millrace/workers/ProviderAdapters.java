package io.millrace.workers;

import io.millrace.schemas.config.ProviderConfig;
import java.util.Collection;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The adapters there are, found by kind, with what stands before all of them. */
public final class ProviderAdapters {

  private final TreeMap<String, ProviderKind> kinds = new TreeMap<>();
  private final List<AdapterLayer> layers;

  /** Without anything before them. */
  public ProviderAdapters(Collection<ProviderKind> kinds) {
    this(kinds, List.of());
  }

  /**
   * @param layers each stands before those that come earlier
   */
  public ProviderAdapters(Collection<ProviderKind> kinds, List<AdapterLayer> layers) {
    this.layers = List.copyOf(layers);
    for (var kind : kinds) {
      if (this.kinds.put(kind.name(), kind) != null) {
        throw new IllegalArgumentException("two adapters of kind " + kind.name());
      }
    }
  }

  /** Those of every {@link ProviderKinds} and {@link AdapterLayer} on the class path. */
  public static ProviderAdapters installed() {
    return new ProviderAdapters(
        ServiceLoader.load(ProviderKinds.class).stream()
            .flatMap(found -> found.get().all().stream())
            .toList(),
        ServiceLoader.load(AdapterLayer.class).stream().map(ServiceLoader.Provider::get).toList());
  }

  /** By name. */
  public List<ProviderKind> kinds() {
    return List.copyOf(kinds.values());
  }

  /**
   * The adapter that speaks to the provider.
   *
   * @throws IllegalArgumentException when there is none of its kind, or its configuration lacks
   *     what the kind needs
   */
  public ProviderAdapter adapterFor(ProviderConfig provider) {
    var kind = kinds.get(provider.kind());
    if (kind == null) {
      throw new IllegalArgumentException(
          "providers[%s].kind is unknown: %s; known are %s"
              .formatted(provider.name(), provider.kind(), String.join(", ", kinds.keySet())));
    }
    var adapter = kind.adapter().apply(provider);
    for (var layer : layers) {
      adapter = layer.over(adapter, kind, provider);
    }
    return adapter;
  }
}
