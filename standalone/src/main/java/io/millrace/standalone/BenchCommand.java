package io.millrace.standalone;

import io.millrace.standalone.client.CommandException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

@Command(name = "bench", description = "Run a benchmark, building the benchmarks first if needed.")
final class BenchCommand implements Callable<Integer> {

  private static final String MAIN = "io.millrace.benchmarks.BenchMain";

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which; none lists them.")
  private String name = "";

  /** Handed on as they are. */
  @Unmatched private List<String> more = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    var home = Home.path().toAbsolutePath().normalize();
    var target = home.resolve("benchmarks").resolve("target");
    if (isOutdated(jars(target), home.resolve("benchmarks").resolve("src"))) {
      build(home);
    }
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    line.add("-Dmillrace.home=" + home);
    line.add("-cp");
    line.add(
        String.join(File.pathSeparator, jars(target))
            + File.pathSeparator
            + target.resolve("lib/*"));
    line.add(MAIN);
    if (!name.isEmpty()) {
      line.add(name);
    }
    line.addAll(more);
    return new ProcessBuilder(line).inheritIO().start().waitFor();
  }

  private static boolean isOutdated(List<String> jars, Path sources) throws IOException {
    long builtAt = Long.MIN_VALUE;
    for (var jar : jars) {
      builtAt = Math.max(builtAt, Files.getLastModifiedTime(Path.of(jar)).toMillis());
    }
    long newest = builtAt;
    try (var files = Files.walk(sources)) {
      for (var file : files.toList()) {
        newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
      }
    }
    return jars.isEmpty() || newest > builtAt;
  }

  private static void build(Path home) throws IOException, InterruptedException {
    System.err.println("Building the benchmarks");
    int exitCode =
        new ProcessBuilder(
                "mvn", "-q", "-pl", "benchmarks", "-am", "-DskipTests", "-Dquick", "package")
            .directory(home.toFile())
            .inheritIO()
            .start()
            .waitFor();
    if (exitCode != 0) {
      throw new CommandException(exitCode, "the benchmarks could not be built");
    }
  }

  private static List<String> jars(Path target) throws IOException {
    if (!Files.isDirectory(target)) {
      return List.of();
    }
    try (var files = Files.list(target)) {
      return files.map(Path::toString).filter(file -> file.endsWith(".jar")).sorted().toList();
    }
  }
}
