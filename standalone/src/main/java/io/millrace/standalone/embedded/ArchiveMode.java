package io.millrace.standalone.embedded;

/**
 * Whether JVMs use the archives that shorten their start or, as part of the build, write them. A
 * JVM writes its archive while it exits, for seconds, and a user's Ctrl-C should not wait for that.
 */
enum ArchiveMode {
  USE,
  WRITE;

  /** Set to {@code write} in the JVM that the build starts to have archives written. */
  static final String PROPERTY = "millrace.archives";

  static ArchiveMode current() {
    return "write".equals(System.getProperty(PROPERTY)) ? WRITE : USE;
  }
}
