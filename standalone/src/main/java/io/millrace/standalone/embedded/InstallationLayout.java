package io.millrace.standalone.embedded;

import java.nio.file.Path;

/**
 * What the children are run from: a JDK, the broker's jars, the unpacked registry, and the archives
 * that shorten their start (absent ones are done without).
 */
public record InstallationLayout(
    Path javaHome, Path brokerLibDir, Path registryAppDir, Path archiveDir) {

  /** The layout that the build leaves under the root of the source tree, with this JVM's JDK. */
  public static InstallationLayout of(Path millraceHome) {
    Path home = millraceHome.toAbsolutePath().normalize();
    return new InstallationLayout(
        Path.of(System.getProperty("java.home", "")),
        home.resolve("standalone/broker/target/lib"),
        home.resolve("standalone/target/registry"),
        home.resolve("target/cds"));
  }

  Path java() {
    return javaHome.resolve("bin").resolve("java");
  }
}
