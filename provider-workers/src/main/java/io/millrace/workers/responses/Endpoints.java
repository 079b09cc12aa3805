package io.millrace.workers.responses;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.AdapterLayer;
import io.millrace.workers.Feature;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.Support;

/** Puts an {@link EndpointAdapter} before each adapter. */
public final class Endpoints implements AdapterLayer {

  @Override
  public ProviderAdapter over(ProviderAdapter adapter, ProviderKind kind, ProviderConfig provider) {
    boolean hasResponses =
        switch (provider.responses()) {
          case AUTO -> kind.capabilities().of(Feature.RESPONSES) == Support.YES;
          case NATIVE -> true;
          case CHAT -> false;
        };
    if (hasResponses && !adapter.speaksResponses()) {
      throw new IllegalArgumentException(
          "providers[%s].responses cannot be native: providers of kind %s are not asked for them"
              .formatted(provider.name(), kind.name()));
    }
    return new EndpointAdapter(
        adapter, kind.capabilities(), hasResponses, provider.unsupportedParameters());
  }
}
