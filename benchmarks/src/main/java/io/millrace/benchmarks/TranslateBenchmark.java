package io.millrace.benchmarks;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What it takes to put a request into a provider's form, and its answer into OpenAI's. */
final class TranslateBenchmark implements Benchmark {

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
        + " thread (the answer's figure contains making the request)";
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
    var report = Report.of(this, "kind", "request µs", "request and answer µs");
    for (var kind : micros.entrySet()) {
      report =
          report.row(
              kind.getKey(),
              Figures.ms(kind.getValue().getOrDefault("request", Double.NaN)),
              Figures.ms(kind.getValue().getOrDefault("reply", Double.NaN)));
    }
    var slowest =
        micros.entrySet().stream()
            .filter(kind -> kind.getValue().values().stream().anyMatch(value -> value > 50))
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(", "));
    return report.note(
        "At most 50 µs each way is asked; over it: %s."
            .formatted(slowest.isEmpty() ? "none" : slowest));
  }
}
