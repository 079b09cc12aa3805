package io.millrace.testkit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Folders of tests. */
public final class Directories {

  private Directories() {}

  /** Deletes a folder and what is in it, as far as that goes. */
  public static void delete(Path directory) {
    try {
      Files.walkFileTree(directory, new Deleting());
    } catch (IOException e) {
      System.err.println("left behind: " + directory);
    }
  }

  /**
   * The folder that holds the whole project: as the system property {@code millrace.home} says,
   * else found upwards from the working directory.
   */
  public static Path repository() {
    var start = Path.of(System.getProperty("millrace.home", "")).toAbsolutePath().normalize();
    for (var here = start; here != null; here = here.getParent()) {
      if (Files.isDirectory(here.resolve("schemas"))
          && Files.isDirectory(here.resolve("ingress"))) {
        return here;
      }
    }
    throw new IllegalStateException("not inside the project: " + start);
  }

  private static final class Deleting extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    // A process that is just ending may still remove its own files.
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
