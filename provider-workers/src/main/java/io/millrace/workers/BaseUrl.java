package io.millrace.workers;

import io.millrace.schemas.config.ProviderConfig;
import java.net.URI;
import java.net.URISyntaxException;

/** Where a configured provider is: what the configuration says, or else its kind's own place. */
public final class BaseUrl {

  private BaseUrl() {}

  /**
   * Without a trailing slash.
   *
   * @param usual of the kind; empty when it has none
   * @throws IllegalArgumentException when it is not an http or https URL
   */
  public static URI of(ProviderConfig provider, String usual) {
    var url = provider.baseUrl().isEmpty() ? usual : provider.baseUrl();
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
        "providers[%s].baseUrl must be an http or https URL: %s".formatted(provider.name(), url));
  }
}
