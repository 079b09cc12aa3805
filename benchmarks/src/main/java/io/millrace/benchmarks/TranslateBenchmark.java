package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What it takes to put a request into a provider's form, and its answer into OpenAI's. */
final class TranslateBenchmark implements Benchmark {

  private static final double MICROS_MAX = 50;

  /** One of each wire form; the other kinds speak one of these. */
  private static final String[] KINDS = {
    "openai", "mistral", "anthropic", "gemini", "bedrock", "cohere", "ollama"
  };

  @Override
  public String name() {
    return "translate";
  }

  @Override
  public String about() {
    return "Translation of a chat request of 4 KiB and of an answer of about 4 KiB, by JMH, one"
        + " thread";
  }

  @Override
  public Report run(Options options) throws RunnerException {
    var settings =
        new OptionsBuilder()
            .include(Translating.class.getName())
            .param("kind", KINDS)
            .measurementIterations(options.rounds(3))
            .verbosity(VerboseMode.SILENT)
            // HTTP clients leave threads behind that would be waited for.
            .jvmArgsAppend("--enable-native-access=ALL-UNNAMED", "-Djmh.shutdownTimeout=1");
    var micros = new TreeMap<String, Map<String, Double>>();
    for (var result : new Runner(settings.build()).run()) {
      var step = result.getPrimaryResult().getLabel();
      micros
          .computeIfAbsent(result.getParams().getParam("kind"), kind -> new TreeMap<>())
          .put(step, result.getPrimaryResult().getScore());
    }
    var report = Report.of(this, "kind", "request µs", "answer µs");
    var slow = new ArrayList<String>();
    for (var kind : micros.entrySet()) {
      double request = kind.getValue().getOrDefault("request", Double.NaN);
      // To have a reader, the request is made first.
      double answer = kind.getValue().getOrDefault("reply", Double.NaN) - request;
      report = report.row(kind.getKey(), Figures.ms(request), Figures.ms(answer));
      if (request > MICROS_MAX || answer > MICROS_MAX) {
        slow.add(kind.getKey());
      }
    }
    return report.note(
        "At most 50 µs each way is asked; over it: %s."
            .formatted(slow.isEmpty() ? "none" : String.join(", ", slow)));
  }
}
