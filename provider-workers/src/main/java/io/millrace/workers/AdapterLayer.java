package io.millrace.workers;

import io.millrace.schemas.config.ProviderConfig;

/** Something that stands before the adapters of all kinds, which need not know of it. */
public interface AdapterLayer {

  /**
   * @throws IllegalArgumentException when the configuration wants what the kind cannot do
   */
  ProviderAdapter over(ProviderAdapter adapter, ProviderKind kind, ProviderConfig provider);
}
