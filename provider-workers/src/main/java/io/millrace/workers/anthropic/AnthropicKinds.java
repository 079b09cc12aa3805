package io.millrace.workers.anthropic;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.BaseUrl;
import io.millrace.workers.CallSigner;
import io.millrace.workers.Capabilities;
import io.millrace.workers.Credential;
import io.millrace.workers.Feature;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.ProviderKinds;
import io.millrace.workers.Support;
import java.util.List;

/** The kind of providers that Anthropic's wire form serves. */
public final class AnthropicKinds implements ProviderKinds {

  private static final String ANTHROPIC_URL = "https://api.anthropic.com";

  static final Capabilities CAPABILITIES =
      Capabilities.text()
          .with(
              Support.YES,
              Feature.STREAMING,
              Feature.IMAGES,
              Feature.FILES,
              Feature.TOOLS,
              Feature.TOOL_CHOICE,
              Feature.PARALLEL_TOOL_CALLS,
              Feature.STOP,
              Feature.USER,
              Feature.SERVICE_TIER)
          .with(
              Support.BY_MODEL,
              Feature.TEMPERATURE,
              Feature.TOP_P,
              Feature.JSON_SCHEMA,
              Feature.REASONING_EFFORT)
          .with(Support.EMULATED, Feature.JSON_OBJECT, Feature.CHOICES);

  @Override
  public List<ProviderKind> all() {
    return List.of(new ProviderKind("anthropic", CAPABILITIES, AnthropicKinds::adapter));
  }

  private static ProviderAdapter adapter(ProviderConfig provider) {
    return new AnthropicAdapter(
        BaseUrl.of(provider, ANTHROPIC_URL),
        Credential.each(provider.keys(), key -> CallSigner.header("x-api-key", key)),
        provider.unsupportedParameters());
  }
}
