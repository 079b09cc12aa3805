package io.millrace.bootstrap.blobs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** Writes an object at once when it is small, otherwise in parts, of which it holds one. */
final class S3BlobWriter implements BlobWriter {

  /** Not less than S3's least of 5 MiB; 10,000 of them are the largest blob. */
  static final int PART_BYTES = 8 << 20;

  private final S3Client client;
  private final String bucket;
  private final String key;
  private final ByteArrayOutputStream part = new ByteArrayOutputStream();
  private final List<CompletedPart> parts = new ArrayList<>();
  private @Nullable String uploadId;
  private boolean isCommitted;

  S3BlobWriter(S3Client client, String bucket, String key) {
    this.client = client;
    this.bucket = bucket;
    this.key = key;
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      if (part.size() == PART_BYTES) {
        sendPart();
      }
      int fitting = Math.min(left, PART_BYTES - part.size());
      part.write(bytes, at, fitting);
      at += fitting;
      left -= fitting;
    }
  }

  private void sendPart() throws IOException {
    try {
      var upload = upload();
      int number = parts.size() + 1;
      var sent =
          client.uploadPart(
              request -> request.bucket(bucket).key(key).uploadId(upload).partNumber(number),
              RequestBody.fromBytes(part.toByteArray()));
      parts.add(CompletedPart.builder().partNumber(number).eTag(sent.eTag()).build());
      part.reset();
    } catch (SdkException e) {
      throw S3BlobStore.failed(e);
    }
  }

  private String upload() {
    var id = uploadId;
    if (id == null) {
      id = client.createMultipartUpload(request -> request.bucket(bucket).key(key)).uploadId();
      uploadId = id;
    }
    return id;
  }

  @Override
  public void commit() throws IOException {
    try {
      var upload = uploadId;
      if (upload == null) {
        client.putObject(
            request -> request.bucket(bucket).key(key), RequestBody.fromBytes(part.toByteArray()));
      } else {
        sendPart();
        client.completeMultipartUpload(
            request ->
                request
                    .bucket(bucket)
                    .key(key)
                    .uploadId(upload)
                    .multipartUpload(whole -> whole.parts(parts)));
      }
      isCommitted = true;
    } catch (SdkException e) {
      throw S3BlobStore.failed(e);
    }
  }

  @Override
  public void close() throws IOException {
    var upload = uploadId;
    if (isCommitted || upload == null) {
      return;
    }
    try {
      client.abortMultipartUpload(request -> request.bucket(bucket).key(key).uploadId(upload));
      uploadId = null;
    } catch (SdkException e) {
      throw S3BlobStore.failed(e);
    }
  }
}
