package io.millrace.bootstrap.blobs;

import io.millrace.bootstrap.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A part of a bucket. An object appears whole or not at all, as S3 promises. */
final class S3BlobStore implements BlobStore {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final S3Location location;
  private final S3Client client;

  S3BlobStore(S3Location location, AwsCredentialsProvider credentials) {
    this.location = location;
    try {
      this.client = client(location, credentials);
    } catch (SdkException e) {
      throw new ConfigException("blobStore cannot be used: " + e.getMessage());
    }
  }

  private static S3Client client(S3Location location, AwsCredentialsProvider credentials) {
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            .forcePathStyle(location.isPathStyle())
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT_TIMEOUT)
                    .socketTimeout(READ_TIMEOUT));
    location.region().map(Region::of).ifPresent(builder::region);
    location
        .endpoint()
        .ifPresent(endpoint -> elsewhere(builder, location).endpointOverride(endpoint));
    return builder.build();
  }

  /** Other servers than Amazon's have no regions and not every kind of checksum. */
  private static S3ClientBuilder elsewhere(S3ClientBuilder builder, S3Location location) {
    if (location.region().isEmpty()) {
      builder.region(Region.US_EAST_1);
    }
    return builder
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
  }

  @Override
  public BlobWriter create(String name) {
    return new S3BlobWriter(client, location.bucket(), key(name));
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    try {
      return new Reading(
          client.getObject(
              request ->
                  request
                      .bucket(location.bucket())
                      .key(key(name))
                      .range(offset == 0 ? null : "bytes=" + offset + "-")));
    } catch (NoSuchKeyException e) {
      throw new BlobNotFoundException(name);
    } catch (S3Exception e) {
      if (e.statusCode() == RANGE_NOT_SATISFIABLE) {
        return InputStream.nullInputStream();
      }
      throw failed(e);
    } catch (SdkException e) {
      throw failed(e);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    try {
      client.deleteObject(request -> request.bucket(location.bucket()).key(key(name)));
    } catch (SdkException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private String key(String name) {
    return location.prefix() + BlobNames.checked(name);
  }

  static IOException failed(SdkException e) {
    return new IOException("S3 does not do as asked: " + e.getMessage(), e);
  }

  /** Gives the connection up when not all was read, instead of reading the rest. */
  private static final class Reading extends InputStream {

    private final ResponseInputStream<GetObjectResponse> in;
    private boolean isAtEnd;

    Reading(ResponseInputStream<GetObjectResponse> in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      isAtEnd |= read < 0;
      return read;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      try {
        int read = in.read(bytes, from, length);
        isAtEnd |= read < 0;
        return read;
      } catch (SdkException e) {
        throw failed(e);
      }
    }

    @Override
    public void close() throws IOException {
      if (isAtEnd) {
        in.close();
      } else {
        in.abort();
      }
    }
  }
}
