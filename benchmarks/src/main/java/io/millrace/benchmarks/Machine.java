package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the figures were measured on. */
record Machine(int cores, String memory, String jdk, String kernel) {

  static Machine here() {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        memoryTotal(),
        System.getProperty("java.vm.name", "") + " " + Runtime.version(),
        System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""));
  }

  private static String memoryTotal() {
    try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith("MemTotal:"))
          .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .map(kib -> "%.0f GiB".formatted(kib / 1048576.0))
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  @Override
  public String toString() {
    return cores + " cores, " + memory + " memory, " + jdk + ", " + kernel;
  }
}
