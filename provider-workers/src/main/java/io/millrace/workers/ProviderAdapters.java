package io.millrace.workers;

import io.millrace.schemas.config.ProviderConfig;
import java.util.Collection;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The adapters there are, found by kind. */
public final class ProviderAdapters {

  private final TreeMap<String, ProviderKind> kinds = new TreeMap<>();

  public ProviderAdapters(Collection<ProviderKind> kinds) {
    for (var kind : kinds) {
      if (this.kinds.put(kind.name(), kind) != null) {
        throw new IllegalArgumentException("two adapters of kind " + kind.name());
      }
    }
  }

  /** Those of every {@link ProviderKinds} on the class path. */
  public static ProviderAdapters installed() {
    return new ProviderAdapters(
        ServiceLoader.load(ProviderKinds.class).stream()
            .flatMap(found -> found.get().all().stream())
            .toList());
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
    return kind.adapter().apply(provider);
  }
}
