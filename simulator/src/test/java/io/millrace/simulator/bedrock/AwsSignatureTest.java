package io.millrace.simulator.bedrock;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The first vectors are of AWS's published test suite. */
class AwsSignatureTest {
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  private static final String SCOPE = "20150830/us-east-1/service/aws4_request";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "GET|/|-|5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "POST|/|-|5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        "GET|/|Param2=value2&Param1=value1|b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
      })
  void shouldAgreeWithAwsWhenNothingWasChanged(
      String method, String path, String query, String signature) {
    // Given
    var parsed = parse("host;x-amz-date", signature);
    var headers = Map.of("host", "example.amazonaws.com", "x-amz-date", "20150830T123600Z");
    var signed =
        new AwsSignature.Signed(
            method,
            path,
            query == null ? "" : query,
            name -> headers.getOrDefault(name, ""),
            Buffer.buffer());
    // When
    boolean isRight = parsed.isOf(SECRET, signed);
    boolean isRightOfAnother = parsed.isOf("another", signed);
    // Then
    assertThat(isRight).isTrue();
    assertThat(isRightOfAnother).isFalse();
  }

  @Test
  void shouldEncodeThePathAgainWhenItHoldsAnEncodedModel() {
    // Given
    var parsed =
        AwsSignature.parse(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/bedrock/aws4_request,"
                    + " SignedHeaders=accept;content-type;host;x-amz-date;x-client-request-id,"
                    + " Signature=290358e9cfbe02e9ba67925c05326aa1e89572706a6c3db7a4a620983aae0860")
            .orElseThrow();
    var headers =
        Map.of(
            "accept", "application/json",
            "content-type", "application/json",
            "host", "bedrock-runtime.eu-west-1.amazonaws.com",
            "x-amz-date", "20261121T100000Z",
            "x-client-request-id", "req_0123");
    var path = "/model/eu.anthropic.claude-x-v1%3A0/converse";
    // When
    boolean isRight = parsed.isOf(SECRET, post(path, headers, "{\"a\":1}"));
    boolean isRightForAnotherBody = parsed.isOf(SECRET, post(path, headers, "{\"a\":2}"));
    // Then
    assertThat(isRight).isTrue();
    assertThat(isRightForAnotherBody).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/service/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=A/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        "AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/service/aws4_request, SignedHeaders=host, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        "AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/service/aws4_request, SignedHeaders=x-amz-date;host, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
      })
  void shouldTakeNoneWhenTheHeaderIsIllFormed(String authorization) {
    // When
    var parsed = AwsSignature.parse(authorization);
    // Then
    assertThat(parsed).isEmpty();
  }

  private static AwsSignature parse(String signedHeaders, String signature) {
    return AwsSignature.parse(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/%s, SignedHeaders=%s, Signature=%s"
                .formatted(SCOPE, signedHeaders, signature))
        .orElseThrow();
  }

  private static AwsSignature.Signed post(String path, Map<String, String> headers, String body) {
    return new AwsSignature.Signed(
        "POST", path, "", name -> headers.getOrDefault(name, ""), Buffer.buffer(body));
  }
}
