package io.millrace.bootstrap.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

class S3BlobStoreTest extends BlobStoreContract {

  private static final StaticCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("access", "secret"));

  private static S3Proxy server;
  private static BlobStore store;

  @BeforeAll
  static void start() throws Exception {
    server =
        S3Proxy.builder()
            .blobStore(new TransientNio2BlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "access", "secret")
            .build();
    server.start();
    try (var admin = admin()) {
      admin.createBucket(bucket -> bucket.bucket("millrace"));
    }
    store = at("/some/prefix");
  }

  @AfterAll
  static void stop() throws Exception {
    store.close();
    server.stop();
  }

  @Override
  BlobStore store() {
    return store;
  }

  @Test
  void shouldKeepBlobsBehindThePrefixAndLeaveNoPartsBehind() throws IOException {
    // Given
    int length = 2 * S3BlobWriter.PART_BYTES;
    store.put("shown", bytes(3));
    var writer = store.create("given-up");
    writer.write(bytes(length), 0, length);
    // When
    writer.close();
    // Then
    try (var admin = admin()) {
      assertThat(admin.headObject(object -> object.bucket("millrace").key("some/prefix/shown")))
          .satisfies(head -> assertThat(head.contentLength()).isEqualTo(3));
      assertThat(admin.listMultipartUploads(uploads -> uploads.bucket("millrace")).uploads())
          .isEmpty();
    }
    assertThatThrownBy(() -> at("").open("shown", 0)).isInstanceOf(BlobNotFoundException.class);
  }

  @Test
  void shouldFailWithAnIoExceptionWhenTheServerIsNotThere() {
    // Given
    var location = S3Location.parse("s3://b?endpoint=http://127.0.0.1:1&pathStyle=true");
    // When
    // Then
    try (var nowhere = new S3BlobStore(location, CREDENTIALS)) {
      assertThatThrownBy(() -> nowhere.open("a", 0)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> nowhere.put("a", new byte[1])).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> nowhere.delete("a")).isInstanceOf(IOException.class);
    }
  }

  private static BlobStore at(String prefix) {
    return new S3BlobStore(
        S3Location.parse("s3://millrace" + prefix + "?pathStyle=true&endpoint=" + endpoint()),
        CREDENTIALS);
  }

  private static String endpoint() {
    return "http://127.0.0.1:" + server.getPort();
  }

  private static S3Client admin() {
    return S3Client.builder()
        .endpointOverride(URI.create(endpoint()))
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(CREDENTIALS)
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }
}
