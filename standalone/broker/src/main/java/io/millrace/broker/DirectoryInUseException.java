package io.millrace.broker;

import java.nio.file.Path;

/** Another process holds the data directory; its message is one line for the user. */
public final class DirectoryInUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DirectoryInUseException(Path directory) {
    super("data directory " + directory + " is in use by another process; stop that one first");
  }
}
