package io.millrace.benchmarks;

import io.millrace.testkit.MillraceProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

/** The heap of the product's process, as it says itself. */
final class Heap {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private Heap() {}

  /** Bytes in use. */
  static double used(MillraceProcess process) throws IOException, InterruptedException {
    var metrics =
        HTTP.send(
                HttpRequest.newBuilder(process.management().resolve("/metrics")).build(),
                BodyHandlers.ofString())
            .body();
    return metrics
        .lines()
        .filter(line -> line.startsWith("jvm_memory_used_bytes") && line.contains("\"heap\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** Bytes in use that a collection leaves. */
  static double afterCollection(MillraceProcess process) throws IOException, InterruptedException {
    var jcmd = Path.of(System.getProperty("java.home", ""), "bin", "jcmd").toString();
    new ProcessBuilder(jcmd, Long.toString(process.process().pid()), "GC.run")
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
    return used(process);
  }
}
