package io.millrace.bootstrap.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.bootstrap.ConfigException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3LocationTest {

  @Test
  void shouldReadAllThatAUriCanSay() {
    // Given
    var uri =
        "s3://my-bucket/a/b/?endpoint=http%3A%2F%2Flocalhost%3A9000&region=eu-central-1"
            + "&pathStyle=true";
    // When
    var location = S3Location.parse(uri);
    // Then
    assertThat(location)
        .isEqualTo(
            new S3Location(
                "my-bucket",
                "a/b/",
                Optional.of(URI.create("http://localhost:9000")),
                Optional.of("eu-central-1"),
                true));
  }

  @Test
  void shouldNeedNoMoreThanABucket() {
    // Given
    // When
    var location = S3Location.parse("s3://my_bucket");
    // Then
    assertThat(location)
        .isEqualTo(new S3Location("my_bucket", "", Optional.empty(), Optional.empty(), false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3:",
        "s3:///prefix",
        "s3://bucket/a b",
        "s3://bucket/a/../b",
        "s3://bucket?endpoint=ftp://x",
        "s3://bucket?endpoint=x",
        "s3://bucket?zone=a",
        "ftp://bucket",
        "bucket"
      })
  void shouldNameTheSettingWhenItCannotBeUsed(String uri) {
    // Given
    // When
    // Then
    assertThatThrownBy(() -> BlobStores.at(uri, Path.of("unused")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("blobStore ");
  }
}
