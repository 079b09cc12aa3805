package io.millrace.bootstrap.blobs;

import io.millrace.bootstrap.ConfigException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** Makes the store that the configuration names. */
public final class BlobStores {

  private static final String FILE = "file:";

  private BlobStores() {}

  /**
   * Opens the store.
   *
   * @param uri {@code file:FOLDER} or {@code s3://BUCKET/PREFIX}; empty is the folder {@code blobs}
   *     of the data directory
   * @throws ConfigException when it cannot be used
   */
  public static BlobStore at(String uri, Path dataDirectory) {
    if (uri.isEmpty()) {
      return files(dataDirectory.resolve("blobs"));
    }
    if (uri.startsWith(FILE)) {
      return files(folder(uri));
    }
    if (uri.startsWith(S3Location.SCHEME)) {
      return new S3BlobStore(S3Location.parse(uri), DefaultCredentialsProvider.builder().build());
    }
    throw new ConfigException("blobStore is neither file: nor s3: " + uri);
  }

  /** Of {@code file:FOLDER} and {@code file:///FOLDER}. */
  private static Path folder(String uri) {
    var path = uri.substring(FILE.length());
    try {
      return Path.of(path.startsWith("//") ? path.substring(2) : path);
    } catch (InvalidPathException e) {
      throw new ConfigException("blobStore names no folder: " + uri);
    }
  }

  private static BlobStore files(Path folder) {
    try {
      return new FileBlobStore(folder, Clock.systemUTC());
    } catch (IOException e) {
      throw new ConfigException("blobStore cannot be used: " + e);
    }
  }
}
