package io.millrace.workers.azure;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.ProviderCredentials;

/** Configurations that only Azure has. */
final class AzureConfigs {

  private AzureConfigs() {}

  static ProviderConfig versioned(ProviderConfig plain) {
    return of(plain, "2024-10-21", plain.credentials());
  }

  static ProviderConfig ofApplication(ProviderConfig plain) {
    return of(plain, "", new ProviderCredentials("", "", "", "tenant", "client", "a secret&"));
  }

  private static ProviderConfig of(
      ProviderConfig plain, String apiVersion, ProviderCredentials credentials) {
    return new ProviderConfig(
        plain.name(),
        plain.kind(),
        plain.baseUrl(),
        plain.keys(),
        plain.region(),
        plain.project(),
        apiVersion,
        credentials,
        plain.credentialsFile(),
        plain.unsupportedParameters(),
        plain.responses(),
        plain.limits(),
        plain.timeouts());
  }
}
