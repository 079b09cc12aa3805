package io.millrace.simulator.script;

import static io.millrace.simulator.script.ScriptException.require;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * All the simulator is told to do. A value: it is replaced as a whole, and what it leaves unsaid
 * takes the defaults.
 *
 * @param seed with a call's body and how often that body was seen, decides every draw
 * @param access who may call what
 * @param limits what is remembered and accepted at most
 * @param behaviour of every model without its own entry
 * @param models behaviour of single models
 */
public record SimulatorScript(
    long seed, Access access, Limits limits, Behaviour behaviour, Map<String, Behaviour> models) {
  public static final int MODELS_MAX = 10_000;

  /**
   * Who may call what.
   *
   * @param requiredKey the only key accepted; empty accepts any, and none
   * @param isOnlyListedModels answer 404 for a model without an entry of its own
   */
  public record Access(String requiredKey, boolean isOnlyListedModels) {
    @Override
    public String toString() {
      return "Access[isKeyRequired=%s, isOnlyListedModels=%s]"
          .formatted(!requiredKey.isEmpty(), isOnlyListedModels);
    }
  }

  /**
   * What keeps memory bounded.
   *
   * @param requestsMax request ids counted, and distinct bodies remembered, at most
   * @param bodyBytesMax largest request body
   */
  public record Limits(int requestsMax, int bodyBytesMax) {
    public static final int REQUESTS_MAX = 20_000_000;
    public static final int BODY_BYTES_MAX = 256 << 20;

    public Limits {
      require(
          requestsMax >= 1 && requestsMax <= REQUESTS_MAX,
          "requestsMax",
          "must be from 1 to " + REQUESTS_MAX,
          requestsMax);
      require(
          bodyBytesMax >= 1 && bodyBytesMax <= BODY_BYTES_MAX,
          "bodyBytesMax",
          "must be from 1 to " + BODY_BYTES_MAX,
          bodyBytesMax);
    }
  }

  private static final SimulatorScript DEFAULTS =
      new SimulatorScript(
          0, new Access("", false), new Limits(2_000_000, 32 << 20), Behaviour.DEFAULT, Map.of());

  public SimulatorScript {
    require(models.size() <= MODELS_MAX, "models", "must be at most " + MODELS_MAX, models.size());
    models = Map.copyOf(models);
  }

  /** Answers everything, at once, without fault. */
  public static SimulatorScript defaults() {
    return DEFAULTS;
  }

  /** Reads the JSON form strictly; throws {@link ScriptException} naming the wrong field. */
  public static SimulatorScript parse(byte[] json) {
    return ScriptReader.read(json);
  }

  /** The JSON form, every field written out; {@link #parse} reads it back to an equal script. */
  public byte[] toJson() {
    return ScriptWriter.write(this);
  }

  public SimulatorScript withSeed(long seed) {
    return new SimulatorScript(seed, access, limits, behaviour, models);
  }

  public SimulatorScript withRequiredKey(String requiredKey) {
    var changed = new Access(requiredKey, access.isOnlyListedModels());
    return new SimulatorScript(seed, changed, limits, behaviour, models);
  }

  public SimulatorScript withOnlyListedModels(boolean isOnlyListedModels) {
    var changed = new Access(access.requiredKey(), isOnlyListedModels);
    return new SimulatorScript(seed, changed, limits, behaviour, models);
  }

  public SimulatorScript withLimits(Limits limits) {
    return new SimulatorScript(seed, access, limits, behaviour, models);
  }

  public SimulatorScript withBehaviour(UnaryOperator<Behaviour> change) {
    return new SimulatorScript(seed, access, limits, change.apply(behaviour), models);
  }

  /** Gives one model its own behaviour, starting from what it does now. */
  public SimulatorScript withModel(String model, UnaryOperator<Behaviour> change) {
    var changed = new LinkedHashMap<>(models);
    changed.put(model, change.apply(models.getOrDefault(model, behaviour)));
    return new SimulatorScript(seed, access, limits, behaviour, changed);
  }
}
