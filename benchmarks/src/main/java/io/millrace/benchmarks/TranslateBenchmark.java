package io.millrace.benchmarks;

import io.millrace.workers.ProviderAdapters;
import io.millrace.workers.ProviderKind;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What it takes to put a request into a provider's form, and its answer into OpenAI's. */
final class TranslateBenchmark implements Benchmark {

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
    var kinds =
        ProviderAdapters.installed().kinds().stream()
            .map(ProviderKind::name)
            .toArray(String[]::new);
    var settings =
        new OptionsBuilder()
            .include(Translating.class.getName())
            .param("kind", kinds)
            .measurementIterations(options.rounds(5))
            .verbosity(VerboseMode.SILENT)
            .jvmArgsAppend("--enable-native-access=ALL-UNNAMED");
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
