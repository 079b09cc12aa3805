package io.millrace.simulator.script;

import static io.millrace.simulator.script.ScriptException.require;

/**
 * How a number varies from call to call: a latency in milliseconds or a count of tokens. Mean and
 * standard deviation are those of the values themselves, also for the log-normal.
 */
public sealed interface Distribution {

  /** The same value every time. */
  record Fixed(double value) implements Distribution {
    public Fixed {
      requireAmount("value", value);
    }
  }

  /** Every value from {@code min} to {@code max} alike. */
  record Uniform(double min, double max) implements Distribution {
    public Uniform {
      requireAmount("min", min);
      requireAmount("max", max);
      require(min <= max, "max", "must not be below min", max);
    }
  }

  /** The bell curve, cut off at zero. */
  record Normal(double mean, double stddev) implements Distribution {
    public Normal {
      requireAmount("mean", mean);
      requireAmount("stddev", stddev);
    }
  }

  /** Skewed with a long tail, as providers' latencies are. */
  record LogNormal(double mean, double stddev) implements Distribution {
    public LogNormal {
      requireAmount("mean", mean);
      requireAmount("stddev", stddev);
      require(mean > 0, "mean", "must be above 0", mean);
    }
  }

  /** Memoryless. */
  record Exponential(double mean) implements Distribution {
    public Exponential {
      requireAmount("mean", mean);
    }
  }

  static Distribution fixed(double value) {
    return new Fixed(value);
  }

  static Distribution uniform(double min, double max) {
    return new Uniform(min, max);
  }

  private static void requireAmount(String field, double value) {
    require(Double.isFinite(value) && value >= 0, field, "must be a number of at least 0", value);
  }
}
