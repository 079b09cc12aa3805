package io.millrace.e2e;

import io.millrace.testkit.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Batch lines to submit: of the shared file of real prompts where it is, else of our own. */
final class BatchFile {

  private static final long SEED = 20;
  private static final List<String> NAMES = List.of("Ada", "Bo", "Cleo", "Dan", "Eve", "Femi");
  private static final List<String> THINGS = List.of("pears", "kites", "maps", "coins", "stones");

  private BatchFile() {}

  /** Writes at most so many lines, all for the model, and says how many there are. */
  static Path write(Path file, int linesMax, String model) throws IOException {
    var shared = Directories.repository().resolveSibling("shared").resolve("data");
    var real = shared.resolve("gsm8k-batch.jsonl");
    var lines = Files.exists(real) ? first(real, linesMax) : own(Math.min(linesMax, 100));
    return Files.write(file, lines.stream().map(withModel(model)).toList());
  }

  /** The custom_id of every line. */
  static List<String> customIds(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> Client.parse(line).path("custom_id").asText())
        .toList();
  }

  private static List<String> first(Path file, int linesMax) throws IOException {
    try (var lines = Files.lines(file)) {
      return lines.limit(linesMax).toList();
    }
  }

  private static List<String> own(int count) {
    var random = new Random(SEED);
    var lines = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var prompt =
          "%s has %d %s and finds %d more, then gives half of them to %s. How many are left?"
              .formatted(
                  NAMES.get(random.nextInt(NAMES.size())),
                  2 + random.nextInt(40),
                  THINGS.get(random.nextInt(THINGS.size())),
                  2 + random.nextInt(40),
                  NAMES.get(random.nextInt(NAMES.size())));
      lines.add(
          "{\"custom_id\":\"own-%04d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}"
              .formatted(i, Client.chat("gpt-4o-mini", prompt)));
    }
    return lines;
  }

  private static UnaryOperator<String> withModel(String model) {
    return line -> line.replaceFirst("\"model\": ?\"[^\"]*\"", "\"model\": \"" + model + "\"");
  }
}
