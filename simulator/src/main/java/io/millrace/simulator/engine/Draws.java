package io.millrace.simulator.engine;

import io.millrace.simulator.script.Distribution;

/**
 * The random numbers of one call: the same for the same seed, body and number of earlier sightings.
 * Each decision draws under its own name, so that scripting an error does not move the latencies.
 */
record Draws(long state) {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  /** What is drawn for; the number is part of what a seed means. */
  enum Topic {
    ERROR(1),
    HANG(2),
    CUT(3),
    LATENCY(4),
    OUTPUT_TOKENS(5),
    CONTENT_FILTER(6);

    private final long number;

    Topic(long number) {
      this.number = number;
    }
  }

  static Draws of(long seed, long bodyHash, int timesSeen) {
    return new Draws(mix(mix(seed + GOLDEN) ^ mix(bodyHash) ^ mix(timesSeen * GOLDEN + 1)));
  }

  /** From 0, inclusive, to 1, exclusive. */
  double uniform(Topic topic) {
    return unit(topic, 0);
  }

  double sample(Distribution distribution, Topic topic) {
    return switch (distribution) {
      case Distribution.Fixed fixed -> fixed.value();
      case Distribution.Uniform uniform ->
          uniform.min() + (uniform.max() - uniform.min()) * unit(topic, 0);
      case Distribution.Normal normal ->
          Math.max(0, normal.mean() + normal.stddev() * gaussian(topic));
      case Distribution.LogNormal logNormal -> logNormal(logNormal, topic);
      case Distribution.Exponential exponential ->
          -exponential.mean() * Math.log1p(-unit(topic, 0));
    };
  }

  private double logNormal(Distribution.LogNormal wanted, Topic topic) {
    double relative = wanted.stddev() / wanted.mean();
    double variance = Math.log1p(relative * relative);
    double mean = Math.log(wanted.mean()) - variance / 2;
    return Math.exp(mean + Math.sqrt(variance) * gaussian(topic));
  }

  private double gaussian(Topic topic) {
    double radius = Math.sqrt(-2 * Math.log1p(-unit(topic, 0)));
    return radius * Math.cos(2 * Math.PI * unit(topic, 1));
  }

  private double unit(Topic topic, int index) {
    long salt = (topic.number * 2 + index) * GOLDEN;
    return (mix(state + salt) >>> 11) * UNIT;
  }

  /** The finalizer of SplitMix64. */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
