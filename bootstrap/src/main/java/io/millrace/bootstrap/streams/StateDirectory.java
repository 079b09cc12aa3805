package io.millrace.bootstrap.streams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The folder of one Streams application's state. Under exactly-once, state that was not closed in
 * order is of no use: Streams opens each store, finds it corrupted, throws and wipes it, task by
 * task. Removing it beforehand leads to the same restore, seconds earlier.
 */
final class StateDirectory {

  private static final Pattern TASK = Pattern.compile("\\d+_\\d+");
  private static final String CLOSED_IN_ORDER = "closed-in-order";

  private final Path directory;

  StateDirectory(Path stateDirectory, String applicationId) {
    this.directory = stateDirectory.resolve(applicationId);
  }

  /** Makes the folder ready for a start, and notes that it is in use. */
  void open() {
    try {
      if (!Files.isDirectory(directory)) {
        return;
      }
      if (!Files.deleteIfExists(directory.resolve(CLOSED_IN_ORDER))) {
        for (var task : tasks()) {
          delete(task);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare " + directory, e);
    }
  }

  /** Notes that the state may be used again as it is. */
  void closedInOrder() {
    try {
      if (Files.isDirectory(directory)) {
        Files.writeString(directory.resolve(CLOSED_IN_ORDER), "");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot mark " + directory, e);
    }
  }

  private List<Path> tasks() throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.filter(p -> TASK.matcher(p.getFileName().toString()).matches()).toList();
    }
  }

  private static void delete(Path root) throws IOException {
    try (var all = Files.walk(root)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
