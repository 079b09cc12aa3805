package io.millrace.simulator.engine;

import io.millrace.simulator.script.Behaviour;
import io.millrace.simulator.script.SimulatorScript;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The behaviour shared by all wire forms and event loops: the script in force, with its limiters
 * and memory of bodies, and the counters. A new script starts with full limiters and no memory;
 * calls under way end under the one they began with, and count where they began.
 */
public final class Engine {
  private volatile Rules rules;
  private volatile Counters counters;
  private final AtomicInteger inFlight = new AtomicInteger();

  /** A script together with the state it needs. */
  record Rules(
      SimulatorScript script, ModelRules others, Map<String, ModelRules> models, SeenBodies seen) {

    static Rules of(SimulatorScript script, long nowNanos) {
      var models = new HashMap<String, ModelRules>();
      script
          .models()
          .forEach((name, behaviour) -> models.put(name, ModelRules.of(behaviour, nowNanos)));
      return new Rules(
          script,
          ModelRules.of(script.behaviour(), nowNanos),
          Map.copyOf(models),
          new SeenBodies(script.limits().requestsMax()));
    }

    ModelRules model(String name) {
      return models.getOrDefault(name, others);
    }

    boolean isUnknown(String model) {
      return script.access().isOnlyListedModels() && !models.containsKey(model);
    }
  }

  /** One model's behaviour with its limiter. */
  record ModelRules(Behaviour behaviour, RateLimiter limiter) {
    static ModelRules of(Behaviour behaviour, long nowNanos) {
      return new ModelRules(behaviour, new RateLimiter(behaviour.rateLimit(), nowNanos));
    }
  }

  public Engine(SimulatorScript script, long nowNanos) {
    rules = Rules.of(script, nowNanos);
    counters = new Counters(script.limits().requestsMax(), 0);
  }

  public SimulatorScript script() {
    return rules.script();
  }

  public void script(SimulatorScript script, long nowNanos) {
    rules = Rules.of(script, nowNanos);
  }

  /** Whether a call with this key is served; an empty key stands for none. */
  public boolean accepts(String key) {
    String required = rules.script().access().requiredKey();
    return required.isEmpty() || required.equals(key);
  }

  public boolean knows(String model) {
    return !rules.isUnknown(model);
  }

  /** Takes in a call; it counts as in flight until the call says what became of it. */
  public Call begin(String requestId) {
    Counters current = counters;
    current.started.increment();
    current.inFlightMax.accumulate(inFlight.incrementAndGet());
    return new Call(rules, current, inFlight, requestId);
  }

  /** Models with a behaviour of their own, and those served so far. */
  public Set<String> modelNames() {
    var names = new TreeSet<>(rules.models().keySet());
    if (!rules.script().access().isOnlyListedModels()) {
      names.addAll(counters.modelNames());
    }
    return names;
  }

  public SimulatorStats stats() {
    return counters.snapshot(inFlight.get());
  }

  /** Forgets all counts; calls under way no longer count, except as in flight. */
  public void resetStats() {
    counters = new Counters(script().limits().requestsMax(), inFlight.get());
  }

  /** Complete calls per request id since the last reset. */
  public RequestCounts requests() {
    return counters.requests;
  }
}
