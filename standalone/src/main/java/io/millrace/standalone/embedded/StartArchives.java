package io.millrace.standalone.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes the archives of everything that {@code ./millrace up} runs: {@code StartArchives <root of
 * the installation>}. Part of the build. It starts the product on a folder of its own, has it work
 * for a while as users will have it work, so that what is hot gets known, and ends it.
 */
public final class StartArchives {

  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration WORK_TIME = Duration.ofSeconds(20);
  private static final Duration WRITE_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);
  private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();
  private static final int CALLERS = 16;
  private static final String KEY = "archive-key-0123456789";

  private static final String BODY =
      """
      {"model":"gpt-4o-mini","stream":%s,"messages":[{"role":"user","content":"%s"}]}""";

  private final URI url;
  private final HttpClient http = HttpClient.newHttpClient();
  private final long endNanos = System.nanoTime() + WORK_TIME.toNanos();

  private StartArchives(URI url) {
    this.url = url;
  }

  public static void main(String[] args) throws Exception {
    var layout = InstallationLayout.of(Path.of(args[0]));
    Files.createDirectories(layout.archiveDir());
    var directory = Files.createTempDirectory("millrace-archives");
    var product = start(layout, Path.of(args[0]), directory);
    try {
      new StartArchives(awaitReady(product, directory)).work();
      product.destroy();
      if (!product.waitFor(WRITE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the archives were not written in time");
      }
    } finally {
      product.descendants().forEach(ProcessHandle::destroyForcibly);
      product.destroyForcibly().waitFor();
      delete(directory);
    }
  }

  /** With the launcher's own options, because an archive fits no others. */
  private static Process start(InstallationLayout layout, Path home, Path directory)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(layout.java().toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    if (Runtime.version().feature() >= 23) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-Xmx1g", "-XX:+UseG1GC"));
    command.addAll(new JvmArchive(layout.archiveDir(), "up").options(ArchiveMode.WRITE));
    command.add("-D" + ArchiveMode.PROPERTY + "=write");
    command.add("-Dmillrace.home=" + home);
    command.addAll(List.of("-cp", home.resolve("standalone/target/lib").resolve("*").toString()));
    command.addAll(List.of("io.millrace.standalone.Main", "up", "--data", directory.toString()));
    for (var port : List.of("--port", "--management-port", "--kafka-port", "--registry-port")) {
      command.addAll(List.of(port, "0"));
    }
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(directory.resolve("up.log").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("MILLRACE_"));
    builder.environment().put("MILLRACE_API_KEY", KEY);
    return builder.start();
  }

  private static URI awaitReady(Process product, Path directory) throws IOException {
    var endpoints = directory.resolve("endpoints.json");
    long giveUpNanos = System.nanoTime() + START_TIMEOUT.toNanos();
    while (!Files.exists(endpoints)) {
      if (!product.isAlive() || System.nanoTime() - giveUpNanos > 0) {
        throw new IllegalStateException(
            "the product did not start:\n" + Files.readString(directory.resolve("up.log")));
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return URI.create(
        new ObjectMapper().readTree(Files.readAllBytes(endpoints)).path("http").asText());
  }

  private void work() throws InterruptedException {
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        callers.submit(this::callUntilTheEnd);
      }
      callers.shutdown();
      callers.awaitTermination(WORK_TIME.plus(CALL_TIMEOUT).toSeconds(), TimeUnit.SECONDS);
    }
    http.close();
  }

  /**
   * Mostly calls that wait, since their way is the longest; now and then one of each other kind.
   */
  private Void callUntilTheEnd() throws IOException, InterruptedException {
    var text = "A mill grinds what the river brings. ".repeat(20);
    for (int i = 0; System.nanoTime() - endNanos < 0; i++) {
      switch (i % 16) {
        case 3 -> post("/v1/chat/completions", BODY.formatted(true, text), "Accept", "*/*");
        case 7 -> {
          var accepted =
              post("/v1/chat/completions", BODY.formatted(false, text), "Prefer", "respond-async");
          var id = new ObjectMapper().readTree(accepted).path("id").asText();
          send(request("/v1/requests/" + id).header("Prefer", "wait=5").GET());
        }
        case 11 -> {
          var line = BODY.formatted(false, text);
          post("/v1/requests:bulk", line + "\n" + line + "\n", "Millrace-Lane", "bulk");
          send(request("/v1/requests?limit=5").GET());
        }
        default -> post("/v1/chat/completions", BODY.formatted(false, text), "Accept", "*/*");
      }
    }
    return null;
  }

  private String post(String path, String body, String header, String value)
      throws IOException, InterruptedException {
    return send(
        request(path).header(header, value).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url.resolve(path))
        .timeout(CALL_TIMEOUT)
        .header("Authorization", "Bearer " + KEY)
        .header("Content-Type", "application/json");
  }

  private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString()).body();
  }

  private static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
