package io.millrace.workers.openai;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.Capabilities;
import io.millrace.workers.Credential;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.ProviderKinds;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** The kinds of providers that OpenAI's wire form serves. */
public final class OpenAiKinds implements ProviderKinds {

  private static final String OPENAI_URL = "https://api.openai.com/v1";

  @Override
  public List<ProviderKind> all() {
    return List.of(
        new ProviderKind("openai", Capabilities.all(), provider -> adapter(provider, OPENAI_URL)),
        new ProviderKind(
            "openai-compatible", Capabilities.all(), provider -> adapter(provider, "")),
        new ProviderKind("simulator", Capabilities.all(), provider -> adapter(provider, "")));
  }

  private static OpenAiAdapter adapter(ProviderConfig provider, String urlDefault) {
    var url = provider.baseUrl().isEmpty() ? urlDefault : provider.baseUrl();
    return new OpenAiAdapter(urlOf(provider.name(), url), Credential.bearers(provider.keys()));
  }

  private static URI urlOf(String provider, String url) {
    try {
      var uri = new URI(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Falls to the same complaint: its text need not be shown twice.
    }
    throw new IllegalArgumentException(
        "providers[%s].baseUrl must be an http or https URL: %s".formatted(provider, url));
  }
}
