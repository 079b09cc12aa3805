package io.millrace.workers.openai;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.BaseUrl;
import io.millrace.workers.Capabilities;
import io.millrace.workers.Credential;
import io.millrace.workers.Feature;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.ProviderKinds;
import io.millrace.workers.Support;
import java.util.List;

/** The kinds of providers that OpenAI's wire form serves. */
public final class OpenAiKinds implements ProviderKinds {

  private static final String OPENAI_URL = "https://api.openai.com/v1";

  @Override
  public List<ProviderKind> all() {
    return List.of(
        new ProviderKind("openai", Capabilities.all(), provider -> adapter(provider, OPENAI_URL)),
        new ProviderKind(
            "openai-compatible",
            Capabilities.all()
                .with(Support.EMULATED, Feature.RESPONSES)
                .with(Support.BY_MODEL, Feature.MODERATIONS),
            provider -> adapter(provider, "")),
        new ProviderKind("simulator", Capabilities.all(), provider -> adapter(provider, "")));
  }

  private static OpenAiAdapter adapter(ProviderConfig provider, String urlDefault) {
    return new OpenAiAdapter(BaseUrl.of(provider, urlDefault), Credential.bearers(provider.keys()));
  }
}
