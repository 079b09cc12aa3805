package io.millrace.workers;

/**
 * A token bucket as a value: permits come back evenly, up to the capacity. A taker of more than the
 * capacity waits for a full bucket and leaves it in debt. Times are readings of one monotonic
 * clock, in nanoseconds.
 */
record PermitBucket(double capacity, double permitsPerNano, double permits, long refilledAtNanos) {

  /** No bucket fills before so long; stands for never. */
  static final long NEVER_NANOS = Long.MAX_VALUE;

  private static final double NANOS_PER_MINUTE = 60e9;

  /**
   * Share of a minute's permits that may go at once. Small, so that no minute sees more than the
   * limit and this share of it, whatever window the provider counts in.
   */
  private static final double BURST_SHARE = 1.0 / 30;

  /** Never runs out. */
  static PermitBucket unlimited(long nowNanos) {
    return new PermitBucket(Double.POSITIVE_INFINITY, 0, Double.POSITIVE_INFINITY, nowNanos);
  }

  /** A full bucket; of no permits per minute it stays empty. */
  static PermitBucket full(double permitsPerMinute, long nowNanos) {
    double capacity = permitsPerMinute == 0 ? 0 : Math.max(1, permitsPerMinute * BURST_SHARE);
    return new PermitBucket(capacity, permitsPerMinute / NANOS_PER_MINUTE, capacity, nowNanos);
  }

  /** Nanoseconds until so many can be taken; 0 when they can now. */
  long waitNanos(long wanted, long nowNanos) {
    if (capacity == 0) {
      return NEVER_NANOS;
    }
    double missing = Math.min((double) wanted, capacity) - refilled(nowNanos).permits;
    return missing <= 0 ? 0 : (long) Math.ceil(missing / permitsPerNano);
  }

  PermitBucket take(long taken, long nowNanos) {
    var now = refilled(nowNanos);
    return new PermitBucket(capacity, permitsPerNano, now.permits - taken, nowNanos);
  }

  /** Gives back what was estimated too high; a negative number takes what was too low. */
  PermitBucket give(long given, long nowNanos) {
    var now = refilled(nowNanos);
    return new PermitBucket(
        capacity, permitsPerNano, Math.min(capacity, now.permits + given), nowNanos);
  }

  /** The bucket of another limit, as full in proportion and as deep in debt as this one. */
  PermitBucket resized(double permitsPerMinute, long nowNanos) {
    var other = full(permitsPerMinute, nowNanos);
    if (capacity == 0 || other.capacity == 0) {
      return other;
    }
    double level = refilled(nowNanos).permits;
    double kept = level < 0 ? level : level / capacity * other.capacity;
    return new PermitBucket(other.capacity, other.permitsPerNano, kept, nowNanos);
  }

  private PermitBucket refilled(long nowNanos) {
    double earned = (nowNanos - refilledAtNanos) * permitsPerNano;
    return earned <= 0
        ? this
        : new PermitBucket(
            capacity, permitsPerNano, Math.min(capacity, permits + earned), nowNanos);
  }
}
