package io.millrace.standalone;

import java.nio.file.Path;

/** Where the product was built; the {@code millrace} script says it. */
final class Home {

  private Home() {}

  static Path path() {
    return Path.of(System.getProperty("millrace.home", "."));
  }
}
