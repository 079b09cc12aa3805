package io.millrace.standalone.process;

import java.nio.file.Path;

/**
 * Where log lines go. Commands write warnings to standard error; services write all to a bounded
 * file as well. The backend reads this when the first logger is made, so commands have no loggers
 * of their own.
 */
public final class Logging {

  private Logging() {}

  /** Adds {@code logs/<name>.log} in the data folder. */
  public static void toFile(Path dataDirectory, String name) {
    System.setProperty(
        "millrace.log", dataDirectory.toAbsolutePath().resolve("logs").resolve(name).toString());
    if (System.getProperty("logback.configurationFile") == null) {
      System.setProperty("logback.configurationFile", "logback-services.xml");
    }
  }
}
