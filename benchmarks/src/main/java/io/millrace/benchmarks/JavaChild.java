package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM that says in one line that it is ready; killed when closed. */
final class JavaChild implements AutoCloseable {

  private final Process process;
  private final String readyLine;

  private JavaChild(Process process, String readyLine) {
    this.process = process;
    this.readyLine = readyLine;
  }

  /** Starts it and waits for its first line, which is to begin with {@code READY }. */
  static JavaChild start(List<String> options, String classPath, String main, String... arguments)
      throws IOException {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    line.addAll(options);
    line.addAll(List.of("-cp", classPath, main));
    line.addAll(List.of(arguments));
    var process = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    var ready = output.readLine();
    if (ready == null || !ready.startsWith("READY ")) {
      process.destroyForcibly();
      throw new IllegalStateException(main + " is not ready: " + ready);
    }
    return new JavaChild(process, ready.substring("READY ".length()));
  }

  /** What follows {@code READY}. */
  String address() {
    return readyLine;
  }

  long pid() {
    return process.pid();
  }

  /** A broker as the product runs it. */
  static JavaChild broker(Path home, Path data) throws IOException {
    return start(
        List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx384m"),
        home.resolve("standalone/broker/target/lib").resolve("*").toString(),
        "io.millrace.broker.BrokerMain",
        data.toString(),
        "0",
        "0");
  }

  /** A server that does nothing but produce. */
  static JavaChild bareServer(String bootstrapServers) throws IOException {
    return start(
        List.of("-Xmx1g", "-XX:+UseG1GC"),
        System.getProperty("java.class.path", ""),
        BareServerMain.class.getName(),
        bootstrapServers);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
