package io.millrace.standalone.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a JVM has learned in an earlier life. From JDK 25 on that is loaded and linked classes and
 * the profiles of their methods (JEP 483, 514 and 515), so that its compilers know what is hot from
 * the first second; before, it is classes alone (JEP 350). A JVM goes on without an archive that
 * does not fit it.
 *
 * @param directory where archives are
 * @param name of the program
 */
record JvmArchive(Path directory, String name) {

  private static final boolean HAS_PROFILES = Runtime.version().feature() >= 25;

  /** The JVM's options for the mode; none when there is no archive to use. */
  List<String> options(ArchiveMode mode) {
    return switch (mode) {
      case WRITE ->
          List.of((HAS_PROFILES ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + file());
      case USE ->
          Files.isReadable(file())
              ? List.of((HAS_PROFILES ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + file())
              : List.of();
    };
  }

  Path file() {
    return directory.resolve(name + (HAS_PROFILES ? ".aot" : ".jsa"));
  }
}
