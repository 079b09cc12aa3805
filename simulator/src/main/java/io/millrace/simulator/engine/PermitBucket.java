package io.millrace.simulator.engine;

/** A minute's permits, refilled evenly; may go into debt. Not thread-safe. */
final class PermitBucket {
  private static final double NANOS_PER_MINUTE = 60e9;
  private static final double NANOS_PER_MS = 1e6;

  private final long perMinute;
  private double level;
  private long refilledAtNanos;

  PermitBucket(long perMinute, long nowNanos) {
    this.perMinute = perMinute;
    this.level = perMinute;
    this.refilledAtNanos = nowNanos;
  }

  /**
   * Nanoseconds until so many permits are there, 0 when they are; beyond a full bucket, until full.
   */
  long waitNanos(long permits, long nowNanos) {
    if (perMinute == 0) {
      return 0;
    }
    refill(nowNanos);
    double missing = (double) Math.min(permits, perMinute) - level;
    return missing <= 0 ? 0 : (long) Math.ceil(missing / perMinute * NANOS_PER_MINUTE);
  }

  void take(long permits) {
    level -= permits;
  }

  LimitState.Window window(long nowNanos) {
    if (perMinute == 0) {
      return LimitState.Window.NONE;
    }
    refill(nowNanos);
    double resetMs = (perMinute - level) / perMinute * NANOS_PER_MINUTE / NANOS_PER_MS;
    return new LimitState.Window(
        perMinute, (long) Math.max(0.0, Math.floor(level)), (long) Math.ceil(resetMs));
  }

  private void refill(long nowNanos) {
    // Event loops read the clock before they get here, so a call can be older than the one before.
    long elapsed = Math.max(0, nowNanos - refilledAtNanos);
    level = Math.min((double) perMinute, level + elapsed / NANOS_PER_MINUTE * perMinute);
    refilledAtNanos += elapsed;
  }
}
