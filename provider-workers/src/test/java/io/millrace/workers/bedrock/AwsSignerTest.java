package io.millrace.workers.bedrock;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.workers.HttpCall;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** The signatures were made by botocore, which shares no code with what is tested. */
class AwsSignerTest {

  private static final String ID = "AKIDEXAMPLE";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

  @ParameterizedTest
  @CsvSource({
    "https://bedrock-runtime.eu-west-1.amazonaws.com,060315109593755f3c438a24bf5ae29e23e401ed6c144ef3481ee1851f714b70",
    "http://127.0.0.1:8090/base,e968f17ba30877e7382860d2dfc15c955f285d0d5ff5a3d3fa700646a81b70ad"
  })
  void shouldSignAsAwsDoesWhenTheModelHasAColon(String baseUrl, String signature) {
    // Given
    var signer = signer(baseUrl, AwsBasicCredentials.create(ID, SECRET));
    // When
    var signed = signer.sign(call(), NOW);
    // Then
    assertThat(signed.headers())
        .containsEntry(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/bedrock/aws4_request, "
                + "SignedHeaders=accept;content-type;host;x-amz-content-sha256;x-amz-date;"
                + "x-client-request-id, Signature="
                + signature);
    assertThat(signed.path()).isEqualTo(call().path());
    assertThat(signed.headers()).doesNotContainKeys("host", "content-length");
  }

  @Test
  void shouldSignTheSessionWhenTheCredentialsAreTemporary() {
    // Given
    var signer =
        signer(
            "https://bedrock-runtime.eu-west-1.amazonaws.com",
            AwsSessionCredentials.create(ID, SECRET, "session"));
    // When
    var signed = signer.sign(call(), NOW);
    // Then
    assertThat(signed.headers()).containsEntry("x-amz-security-token", "session");
    assertThat(signed.headers().get("authorization"))
        .endsWith("Signature=7e956c57112af82acb25c444abe491b663620e2f18cb5ac69920848a4f90c9f7");
  }

  private static AwsSigner signer(String baseUrl, AwsCredentialsIdentity identity) {
    return new AwsSigner(URI.create(baseUrl), "eu-west-1", identity);
  }

  private static HttpCall call() {
    return new HttpCall(
        "POST",
        "/model/eu.anthropic.claude-x-v1%3A0/converse",
        Map.of(
            "content-type",
            "application/json",
            "accept",
            "application/json",
            "x-client-request-id",
            "req_0123"),
        utf8("{\"a\":1}"));
  }
}
