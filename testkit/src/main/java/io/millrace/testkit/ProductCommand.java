package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A command line of the product, as {@code ./millrace} runs it once everything is built, without
 * the shell in between: a kill then meets the JVM itself.
 *
 * @param arguments such as {@code up --data DIR}
 * @param environment added to this process's own
 * @param jvmOptions such as {@code -Xmx1g}
 */
public record ProductCommand(
    List<String> arguments, Map<String, String> environment, List<String> jvmOptions) {

  private static final String MAIN = "io.millrace.standalone.Main";
  private static final Set<String> SERVICES =
      Set.of("up", "ingress", "dispatcher", "workers", "accounting", "simulator");

  public ProductCommand {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    jvmOptions = List.copyOf(jvmOptions);
  }

  /** The command with its arguments. */
  public static ProductCommand of(String... arguments) {
    return new ProductCommand(List.of(arguments), Map.of(), List.of());
  }

  public ProductCommand with(String name, String value) {
    var all = new HashMap<>(environment);
    all.put(name, value);
    return new ProductCommand(arguments, all, jvmOptions);
  }

  public ProductCommand withArguments(String... more) {
    var all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return new ProductCommand(all, environment, jvmOptions);
  }

  public ProductCommand withJvmOptions(String... more) {
    var all = new ArrayList<>(jvmOptions);
    all.addAll(List.of(more));
    return new ProductCommand(arguments, environment, all);
  }

  /** Starts it; it is killed with this JVM at the latest. */
  public ProductProcess start() {
    var home = Directories.repository();
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    line.addAll(usualOptions());
    line.addAll(jvmOptions);
    line.add("-Dmillrace.home=" + home);
    line.add("-cp");
    line.add(classPath(home));
    line.add(MAIN);
    line.addAll(arguments);
    var builder = new ProcessBuilder(line).directory(home.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("MILLRACE_"));
    builder.environment().putAll(environment);
    try {
      return new ProductProcess(String.join(" ", arguments), builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + line.getFirst(), e);
    }
  }

  /** Runs it to its end. */
  public Outcome run(Duration timeout) {
    try (var process = start()) {
      int exitCode = process.awaitExit(timeout);
      return new Outcome(exitCode, process.output(), process.errors());
    }
  }

  /** What the launcher's build has left; a JVM that it does not fit goes on without. */
  private static List<String> archive() {
    var archive = Directories.repository().resolve("target/cds/up.aot");
    return Runtime.version().feature() >= 25 && Files.isReadable(archive)
        ? List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-XX:AOTCache=" + archive)
        : List.of();
  }

  /** The JVM flags of the script: services get the room they have there, commands little. */
  private List<String> usualOptions() {
    var usual = new ArrayList<String>();
    usual.add("--enable-native-access=ALL-UNNAMED");
    if (Runtime.version().feature() >= 23) {
      usual.add("--sun-misc-unsafe-memory-access=allow");
    }
    if (SERVICES.contains(arguments.getFirst())) {
      usual.addAll(List.of("-Xmx1g", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError"));
      usual.addAll(archive());
    } else {
      usual.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    }
    return usual;
  }

  private static String classPath(Path home) {
    var jars = home.resolve("standalone").resolve("target").resolve("lib");
    if (!Files.isDirectory(jars)) {
      throw new IllegalStateException("the product is not built: no " + jars);
    }
    return jars.resolve("*").toString();
  }

  /**
   * How a command ended.
   *
   * @param output lines of standard output
   * @param errors lines of standard error
   */
  public record Outcome(int exitCode, List<String> output, List<String> errors) {}
}
