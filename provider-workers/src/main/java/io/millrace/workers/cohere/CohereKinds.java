package io.millrace.workers.cohere;

import io.millrace.workers.BaseUrl;
import io.millrace.workers.Capabilities;
import io.millrace.workers.Credential;
import io.millrace.workers.Feature;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.ProviderKinds;
import io.millrace.workers.Support;
import java.util.List;

/** The kind {@code cohere}. */
public final class CohereKinds implements ProviderKinds {

  private static final String URL = "https://api.cohere.com";

  static final Capabilities CAPABILITIES =
      Capabilities.text()
          .with(
              Support.YES,
              Feature.STREAMING,
              Feature.EMBEDDINGS,
              Feature.TOOLS,
              Feature.JSON_SCHEMA,
              Feature.JSON_OBJECT,
              Feature.TEMPERATURE,
              Feature.TOP_P,
              Feature.STOP,
              Feature.SEED,
              Feature.LOGPROBS,
              Feature.PENALTIES)
          .with(
              Support.BY_MODEL,
              Feature.IMAGES,
              Feature.TOOL_CHOICE,
              Feature.REASONING_EFFORT,
              Feature.DIMENSIONS)
          .with(Support.EMULATED, Feature.CHOICES);

  @Override
  public List<ProviderKind> all() {
    return List.of(
        new ProviderKind(
            "cohere",
            CAPABILITIES,
            provider ->
                new CohereAdapter(
                    BaseUrl.of(provider, URL),
                    Credential.bearers(provider.keys()),
                    provider.unsupportedParameters())));
  }
}
