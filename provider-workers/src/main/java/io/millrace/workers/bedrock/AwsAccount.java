package io.millrace.workers.bedrock;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.CallSigner;
import io.millrace.workers.Credential;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** By what Bedrock knows us, and where: from the configuration, or else from AWS's usual places. */
final class AwsAccount {

  /** Where AWS's own clients look for a Bedrock API key. */
  private static final String API_KEY_VARIABLE = "AWS_BEARER_TOKEN_BEDROCK";

  /** Of credentials that do not say when they end. */
  private static final Duration LOAN = Duration.ofHours(1);

  private AwsAccount() {}

  /** Empty when nobody says it. */
  static Optional<String> region(ProviderConfig provider) {
    if (!provider.region().isEmpty()) {
      return Optional.of(provider.region());
    }
    return usualRegion(DefaultAwsRegionProviderChain.builder().build());
  }

  private static Optional<String> usualRegion(AwsRegionProvider places) {
    try {
      return Optional.ofNullable(places.getRegion()).map(region -> region.id());
    } catch (SdkException e) {
      return Optional.empty();
    }
  }

  /** True when calls go by an API key, which needs no region. */
  static boolean isByApiKey(ProviderConfig provider) {
    return !apiKeys(provider).isEmpty();
  }

  /** API keys first; then the key pair of the configuration; then AWS's default chain. */
  static List<Credential> credentials(ProviderConfig provider, URI baseUrl, String region) {
    if (isByApiKey(provider)) {
      return Credential.bearers(apiKeys(provider));
    }
    var own = provider.credentials();
    if (!own.accessKeyId().isEmpty()) {
      var identity =
          own.sessionToken().isEmpty()
              ? AwsBasicCredentials.create(own.accessKeyId(), own.secretAccessKey())
              : AwsSessionCredentials.create(
                  own.accessKeyId(), own.secretAccessKey(), own.sessionToken());
      return List.of(new Credential.Fixed(new AwsSigner(baseUrl, region, identity)));
    }
    var chain = DefaultCredentialsProvider.builder().build();
    return List.of(lent(chain, baseUrl, region));
  }

  /** What the chain finds, asked for anew before it expires. */
  static Credential lent(AwsCredentialsProvider chain, URI baseUrl, String region) {
    return new Credential.Lent(
        now -> {
          var identity = resolve(chain);
          CallSigner signer = new AwsSigner(baseUrl, region, identity);
          Instant expiresAt = identity.expirationTime().orElse(now.plus(LOAN));
          return new Credential.Loan(signer, expiresAt);
        });
  }

  private static AwsCredentialsIdentity resolve(AwsCredentialsProvider chain) throws IOException {
    try {
      return chain.resolveCredentials();
    } catch (SdkException e) {
      // The text of the cause names each place that was looked at, and may name what was there.
      throw new IOException("no AWS credentials in the configuration or AWS's usual places", e);
    }
  }

  private static List<String> apiKeys(ProviderConfig provider) {
    if (!provider.keys().isEmpty()) {
      return provider.keys();
    }
    var key = System.getenv(API_KEY_VARIABLE);
    boolean isPair = !provider.credentials().accessKeyId().isEmpty();
    return isPair || key == null || key.isEmpty() ? List.of() : List.of(key);
  }
}
