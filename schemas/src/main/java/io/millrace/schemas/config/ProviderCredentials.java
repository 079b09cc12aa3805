package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * What a kind of provider goes by that does not go by a key: an AWS key pair, or an application of
 * Microsoft Entra ID. Empty where the file says nothing.
 *
 * @param accessKeyId bedrock: id of the AWS access key
 * @param secretAccessKey bedrock: its secret
 * @param sessionToken bedrock: its session, for a temporary one
 * @param tenantId azure-openai: directory of the Entra application
 * @param clientId azure-openai: id of the Entra application
 * @param clientSecret azure-openai: its secret
 */
public record ProviderCredentials(
    String accessKeyId,
    String secretAccessKey,
    String sessionToken,
    String tenantId,
    String clientId,
    String clientSecret) {

  public static final ProviderCredentials NONE = new ProviderCredentials("", "", "", "", "", "");

  public ProviderCredentials {
    check(
        accessKeyId.isEmpty() == secretAccessKey.isEmpty(),
        "credentials.accessKeyId and credentials.secretAccessKey go together");
    check(
        tenantId.isEmpty() == clientId.isEmpty() && clientId.isEmpty() == clientSecret.isEmpty(),
        "credentials.tenantId, credentials.clientId and credentials.clientSecret go together");
  }

  @JsonCreator
  static ProviderCredentials of(
      @Nullable String accessKeyId,
      @Nullable String secretAccessKey,
      @Nullable String sessionToken,
      @Nullable String tenantId,
      @Nullable String clientId,
      @Nullable String clientSecret) {
    return new ProviderCredentials(
        orDefault(accessKeyId, ""),
        orDefault(secretAccessKey, ""),
        orDefault(sessionToken, ""),
        orDefault(tenantId, ""),
        orDefault(clientId, ""),
        orDefault(clientSecret, ""));
  }

  /** Hides the secrets. */
  @Override
  public String toString() {
    return "ProviderCredentials[]";
  }
}
