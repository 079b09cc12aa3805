package io.millrace.workers.bedrock;

import io.millrace.workers.CallSigner;
import io.millrace.workers.HttpCall;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Set;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Signs calls with AWS Signature Version 4. The path goes on the wire as it is, a model's id
 * encoded once, and is encoded once more for what is signed; the host is signed as the runner will
 * send it.
 */
final class AwsSigner implements CallSigner {

  private static final String SERVICE = "bedrock";

  /** Headers that the runner writes itself. */
  private static final Set<String> RUNNERS_OWN = Set.of("host", "content-length");

  private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

  private final URI baseUrl;
  private final String region;
  private final AwsCredentialsIdentity identity;

  AwsSigner(URI baseUrl, String region, AwsCredentialsIdentity identity) {
    this.baseUrl = baseUrl;
    this.region = region;
    this.identity = identity;
  }

  @Override
  public HttpCall sign(HttpCall call, Instant now) {
    var unsigned = SdkHttpRequest.builder();
    unsigned.method(SdkHttpMethod.fromValue(call.method()));
    unsigned.uri(URI.create(baseUrl + call.path()));
    call.headers().forEach(unsigned::putHeader);
    SignRequest<AwsCredentialsIdentity> request =
        SignRequest.builder(identity)
            .request(unsigned.build())
            .payload(payloadOf(call.body()))
            .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, SERVICE)
            .putProperty(AwsV4HttpSigner.REGION_NAME, region)
            .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(now, ZoneOffset.UTC))
            .build();
    var headers = new LinkedHashMap<String, String>();
    SIGNER
        .sign(request)
        .request()
        .forEachHeader(
            (name, values) -> {
              var lowerCase = name.toLowerCase(Locale.ROOT);
              if (!RUNNERS_OWN.contains(lowerCase)) {
                headers.put(lowerCase, String.join(",", values));
              }
            });
    return new HttpCall(call.method(), call.path(), headers, call.body());
  }

  private static ContentStreamProvider payloadOf(ByteBuffer body) {
    return () -> {
      var bytes = new byte[body.remaining()];
      body.duplicate().get(bytes);
      return new ByteArrayInputStream(bytes);
    };
  }
}
