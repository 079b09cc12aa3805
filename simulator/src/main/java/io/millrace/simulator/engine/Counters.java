package io.millrace.simulator.engine;

import io.millrace.simulator.engine.SimulatorStats.ModelStats;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** The counters since the last reset; any event loop adds to them. */
final class Counters {
  private static final int MODELS_MAX = 10_000;
  private static final String OTHER_MODELS = "(other)";

  final LongAdder started = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder rateLimited = new LongAdder();
  final LongAdder hung = new LongAdder();
  final LongAdder cut = new LongAdder();
  final LongAdder disconnected = new LongAdder();
  final LongAccumulator inFlightMax = new LongAccumulator(Math::max, 0);
  final RequestCounts requests;
  private final LongAdder calls = new LongAdder();
  private final ConcurrentHashMap<String, ModelCounters> models = new ConcurrentHashMap<>();

  private static final class ModelCounters {
    final LongAdder calls = new LongAdder();
    final LongAdder inputTokens = new LongAdder();
    final LongAdder outputTokens = new LongAdder();
  }

  Counters(int requestsMax, int inFlight) {
    requests = new RequestCounts(requestsMax);
    inFlightMax.accumulate(inFlight);
  }

  /** Adds one complete answer, or with −1 takes it back. */
  void addCalls(int count, String model, String requestId, Verdict.Usage usage) {
    ModelCounters counters = model(model);
    counters.calls.add(count);
    counters.inputTokens.add((long) count * usage.inputTokens());
    counters.outputTokens.add((long) count * usage.outputTokens());
    requests.add(requestId, count);
    calls.add(count);
  }

  Set<String> modelNames() {
    return models.keySet();
  }

  private ModelCounters model(String name) {
    ModelCounters known = models.get(name);
    if (known != null) {
      return known;
    }
    String counted = models.size() < MODELS_MAX ? name : OTHER_MODELS;
    return models.computeIfAbsent(counted, unused -> new ModelCounters());
  }

  SimulatorStats snapshot(int inFlight) {
    return new SimulatorStats(
        calls.sum(),
        modelStats(),
        new SimulatorStats.Outcomes(
            started.sum(),
            failed.sum(),
            rateLimited.sum(),
            hung.sum(),
            cut.sum(),
            disconnected.sum()),
        new SimulatorStats.InFlight(inFlight, (int) inFlightMax.get()),
        new SimulatorStats.Requests(requests.size(), requests.uncounted()));
  }

  private Map<String, ModelStats> modelStats() {
    var stats = new TreeMap<String, ModelStats>();
    models.forEach(
        (name, counters) ->
            stats.put(
                name,
                new ModelStats(
                    counters.calls.sum(),
                    counters.inputTokens.sum(),
                    counters.outputTokens.sum())));
    return stats;
  }
}
