package io.millrace.bootstrap.blobs;

import io.millrace.bootstrap.ConfigException;
import java.nio.file.Path;

/** Makes the store that the configuration names. */
public final class BlobStores {

  private static final String FILE = "file:";

  private BlobStores() {}

  /**
   * Opens the store.
   *
   * @param uri {@code file:FOLDER}; empty is the folder {@code blobs} of the data directory
   * @throws ConfigException when it names no kind of store that there is
   */
  public static BlobStore at(String uri, Path dataDirectory) {
    if (uri.isEmpty()) {
      return new FileBlobStore(dataDirectory.resolve("blobs"));
    }
    if (uri.startsWith(FILE)) {
      return new FileBlobStore(Path.of(uri.substring(FILE.length())));
    }
    throw new ConfigException("blobStore is neither file: nor s3: " + uri);
  }
}
