package io.millrace.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code wrk} with a script that posts and that counts what it got. */
record WrkLoop(Path wrk) implements ClosedLoop {

  private static final Pattern SAID =
      Pattern.compile("RESULT (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)");

  static Optional<WrkLoop> find() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "wrk"))
        .filter(Files::isExecutable)
        .findFirst()
        .map(WrkLoop::new);
  }

  @Override
  public String name() {
    return "wrk";
  }

  @Override
  public LoadResult run(Target target, int connections, Duration time)
      throws IOException, InterruptedException {
    var script = Files.createTempFile("load", ".lua");
    try {
      Files.writeString(script, script(headers(target), target.body(), target.status()));
      var process =
          new ProcessBuilder(
                  wrk.toString(),
                  "--threads",
                  "1",
                  "--connections",
                  Integer.toString(connections),
                  "--duration",
                  time.toSeconds() + "s",
                  "--timeout",
                  "30s",
                  "--script",
                  script.toString(),
                  target.url().toString())
              .redirectErrorStream(true)
              .start();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return result(said);
    } finally {
      Files.deleteIfExists(script);
    }
  }

  private static String headers(Target target) {
    var lines = new StringBuilder();
    if (!target.key().isEmpty()) {
      lines
          .append("wrk.headers[\"Authorization\"] = \"Bearer ")
          .append(target.key())
          .append("\"\n");
    }
    if (!target.preference().isEmpty()) {
      lines.append("wrk.headers[\"Prefer\"] = \"").append(target.preference()).append("\"\n");
    }
    return lines.toString();
  }

  private static LoadResult result(String said) {
    var found = SAID.matcher(said);
    if (!found.find()) {
      throw new IllegalStateException("wrk did not finish: " + said);
    }
    double seconds = Long.parseLong(found.group(3)) / 1e6;
    return new LoadResult(
        Long.parseLong(found.group(1)) / seconds,
        Long.parseLong(found.group(2)),
        Long.parseLong(found.group(4)) / 1e3,
        Long.parseLong(found.group(5)) / 1e3,
        Long.parseLong(found.group(6)) / 1e3);
  }

  /** Latencies are in microseconds. */
  private static String script(String headers, String body, int status) {
    return """
      wrk.method = "POST"
      wrk.headers["Content-Type"] = "application/json"
      %s
      wrk.body = [==[%s]==]
      local threads = {}
      function setup(thread) table.insert(threads, thread) end
      function init(args) good = 0 bad = 0 end
      function response(status, headers, body)
        if status == %d then good = good + 1 else bad = bad + 1 end
      end
      function done(summary, latency, requests)
        local good, bad = 0, 0
        for _, thread in ipairs(threads) do
          good = good + thread:get("good")
          bad = bad + thread:get("bad")
        end
        local errors = summary.errors
        bad = bad + errors.connect + errors.read + errors.write + errors.timeout
        io.write(string.format("RESULT %%d %%d %%d %%d %%d %%d\\n", good, bad, summary.duration,
          latency:percentile(50), latency:percentile(90), latency:percentile(99)))
      end
      """
        .formatted(headers, body, status);
  }
}
