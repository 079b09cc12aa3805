package io.millrace.simulator.script;

import static io.millrace.simulator.script.ScriptException.require;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How calls to one model, or to every model without its own entry, are answered.
 *
 * @param latencyMs wait before an answer
 * @param outputTokens words of the answer, before the request's own limit
 * @param isEcho answer with the last user message instead; its words are the output tokens
 * @param extras what it holds besides words
 * @param pace how a streamed answer arrives
 * @param rateLimit what is refused with 429
 * @param faults what goes wrong
 */
public record Behaviour(
    Distribution latencyMs,
    Distribution outputTokens,
    boolean isEcho,
    Extras extras,
    StreamPace pace,
    RateLimit rateLimit,
    Faults faults) {
  public static final long LATENCY_MS_MAX = 3_600_000;
  public static final int OUTPUT_TOKENS_MAX = 131_072;

  /** Sixteen words, at once, to anyone, without fault. */
  public static final Behaviour DEFAULT =
      new Behaviour(
          Distribution.fixed(0),
          Distribution.fixed(16),
          false,
          Extras.NONE,
          StreamPace.IMMEDIATE,
          RateLimit.NONE,
          Faults.NONE);

  public Behaviour {
    if (outputTokens instanceof Distribution.Fixed fixed) {
      require(
          fixed.value() >= 1 && fixed.value() <= OUTPUT_TOKENS_MAX,
          "outputTokens",
          "must be from 1 to " + OUTPUT_TOKENS_MAX,
          fixed.value());
    }
  }

  public Behaviour withLatencyMs(Distribution latencyMs) {
    return new Behaviour(latencyMs, outputTokens, isEcho, extras, pace, rateLimit, faults);
  }

  public Behaviour withLatencyMs(long latencyMs) {
    return withLatencyMs(Distribution.fixed((double) latencyMs));
  }

  public Behaviour withOutputTokens(Distribution outputTokens) {
    return new Behaviour(latencyMs, outputTokens, isEcho, extras, pace, rateLimit, faults);
  }

  public Behaviour withOutputTokens(int outputTokens) {
    return withOutputTokens(Distribution.fixed(outputTokens));
  }

  public Behaviour withEcho(boolean isEcho) {
    return new Behaviour(latencyMs, outputTokens, isEcho, extras, pace, rateLimit, faults);
  }

  public Behaviour withExtras(UnaryOperator<Extras> change) {
    return new Behaviour(
        latencyMs, outputTokens, isEcho, change.apply(extras), pace, rateLimit, faults);
  }

  public Behaviour withPace(StreamPace pace) {
    return new Behaviour(latencyMs, outputTokens, isEcho, extras, pace, rateLimit, faults);
  }

  public Behaviour withRateLimit(RateLimit rateLimit) {
    return new Behaviour(latencyMs, outputTokens, isEcho, extras, pace, rateLimit, faults);
  }

  public Behaviour withFaults(Faults faults) {
    return new Behaviour(latencyMs, outputTokens, isEcho, extras, pace, rateLimit, faults);
  }

  public Behaviour withErrors(ErrorRule... errors) {
    return withFaults(new Faults(List.of(errors), faults.hangProbability(), faults.cut()));
  }

  public Behaviour withHang(double probability) {
    return withFaults(new Faults(faults.errors(), probability, faults.cut()));
  }

  public Behaviour withCut(double probability, int afterChunks) {
    var cut = new Faults.Cut(probability, afterChunks);
    return withFaults(new Faults(faults.errors(), faults.hangProbability(), cut));
  }

  /** Whether calls with different bodies can be answered differently. */
  public boolean isVaried() {
    return !faults.isNone()
        || extras.contentFilterProbability() > 0
        || !(latencyMs instanceof Distribution.Fixed)
        || !(outputTokens instanceof Distribution.Fixed);
  }
}
