package io.millrace.bootstrap.blobs;

import java.io.FileNotFoundException;

/** There is no blob of this name. */
public final class BlobNotFoundException extends FileNotFoundException {

  private static final long serialVersionUID = 1L;

  public BlobNotFoundException(String name) {
    super("no blob " + name);
  }
}
