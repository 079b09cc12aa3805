package io.millrace.workers.bedrock;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.ProviderCredentials;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ProviderAdapters;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

class BedrockAccountTest {

  private static final URI URL = URI.create("https://bedrock-runtime.eu-west-1.amazonaws.com");
  private static final String NO_METADATA = "aws.disableEc2Metadata";
  private static final String REGION = "aws.region";

  @BeforeEach
  void leaveTheNetworkAlone() {
    System.setProperty(NO_METADATA, "true");
  }

  @AfterEach
  void restore() {
    System.clearProperty(NO_METADATA);
    System.clearProperty(REGION);
  }

  @Test
  void shouldBeWhereItsRegionSaysWhenNoUrlIsGiven() {
    // When
    var adapter = adapter("", "eu-central-1", ProviderCredentials.NONE, "k");
    // Then
    assertThat(adapter.baseUrl())
        .isEqualTo(URI.create("https://bedrock-runtime.eu-central-1.amazonaws.com"));
    assertThat(signed(adapter)).containsEntry("authorization", "Bearer k");
  }

  @Test
  void shouldTakeTheRegionOfAwsWhenNoneIsGiven() {
    // Given
    System.setProperty(REGION, "ap-south-1");
    // When
    var adapter = adapter("", "", ProviderCredentials.NONE, "k");
    // Then
    assertThat(adapter.baseUrl().getHost()).isEqualTo("bedrock-runtime.ap-south-1.amazonaws.com");
  }

  @Test
  void shouldNameTheFieldWhenNobodySaysARegion() {
    // Given
    System.setProperty(REGION, "");
    // When / Then
    assertThatThrownBy(() -> adapter("", "", ProviderCredentials.NONE, "k"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("providers[aws].region");
  }

  @Test
  void shouldNeedNoRegionWhenAKeyGoesToAGivenUrl() {
    // Given
    System.setProperty(REGION, "");
    // When
    var adapter = adapter("http://localhost:9/x/", "", ProviderCredentials.NONE, "a", "b");
    // Then
    assertThat(adapter.baseUrl()).isEqualTo(URI.create("http://localhost:9/x"));
    assertThat(adapter.credentials()).hasSize(2);
  }

  @Test
  void shouldSignWhenAKeyPairIsGiven() {
    // When
    var adapter = adapter("", "eu-west-1", new ProviderCredentials("AKID", "s", "t", "", "", ""));
    // Then
    assertThat(signed(adapter))
        .containsEntry("x-amz-security-token", "t")
        .hasEntrySatisfying(
            "authorization",
            value ->
                assertThat(value)
                    .startsWith("AWS4-HMAC-SHA256 Credential=AKID/20261121/eu-west-1/bedrock/"));
  }

  @Test
  void shouldBorrowFromAwsWhenNothingIsGiven() {
    // When
    var adapter = adapter("", "eu-west-1", ProviderCredentials.NONE);
    // Then
    assertThat(adapter.credentials()).singleElement().isInstanceOf(Credential.Lent.class);
  }

  @Test
  void shouldLendUntilTheCredentialsExpire() throws IOException {
    // Given
    var expiresAt = NOW.plusSeconds(900);
    var expiring =
        AwsSessionCredentials.builder()
            .accessKeyId("AKID")
            .secretAccessKey("s")
            .sessionToken("t")
            .expirationTime(expiresAt)
            .build();
    var lent = (Credential.Lent) AwsAccount.lent(() -> expiring, URL, "eu-west-1");
    var lasting =
        (Credential.Lent)
            AwsAccount.lent(() -> AwsBasicCredentials.create("AKID", "s"), URL, "eu-west-1");
    // When
    var loan = lent.lender().borrow(NOW);
    // Then
    assertThat(loan.expiresAt()).isEqualTo(expiresAt);
    assertThat(loan.signer().sign(call(), NOW).headers())
        .containsEntry("x-amz-security-token", "t");
    assertThat(lasting.lender().borrow(NOW).expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(1)));
  }

  @Test
  void shouldSayNothingOfWhereItLookedWhenThereAreNoCredentials() {
    // Given
    var lent =
        (Credential.Lent)
            AwsAccount.lent(
                () -> {
                  throw SdkClientException.create("profile of someone");
                },
                URL,
                "eu-west-1");
    // When / Then
    assertThatThrownBy(() -> lent.lender().borrow(NOW))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("someone");
  }

  private static ProviderAdapter adapter(
      String baseUrl, String region, ProviderCredentials credentials, String... keys) {
    var usual = ProviderConfig.of("aws", "bedrock", baseUrl);
    var config =
        new ProviderConfig(
            usual.name(),
            usual.kind(),
            usual.baseUrl(),
            List.of(keys),
            region,
            usual.project(),
            usual.apiVersion(),
            credentials,
            usual.credentialsFile(),
            usual.unsupportedParameters(),
            usual.responses(),
            usual.limits(),
            usual.timeouts());
    return ProviderAdapters.installed().adapterFor(config);
  }

  private static Map<String, String> signed(ProviderAdapter adapter) {
    var credential = (Credential.Fixed) adapter.credentials().getFirst();
    return credential.signer().sign(call(), NOW).headers();
  }

  private static HttpCall call() {
    return new HttpCall("POST", "/model/x/converse", Map.of(), utf8("{}"));
  }
}
