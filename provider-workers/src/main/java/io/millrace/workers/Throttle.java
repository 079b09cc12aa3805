package io.millrace.workers;

import io.millrace.schemas.config.ProviderLimits;

/**
 * When the next call to a provider may start, by this worker's share of the provider's limits:
 * calls in flight, calls per minute, LLM tokens per minute. Tokens are taken by estimate and
 * corrected by usage. A value; times are readings of one monotonic clock, in nanoseconds.
 *
 * @param limits what the provider allows in all: configured, or learned from it
 * @param running calls in flight
 * @param closedUntilNanos the provider wished to be left alone until then
 */
public record Throttle(
    ProviderLimits limits,
    SlotShare share,
    int running,
    PermitBucket requests,
    PermitBucket tokens,
    long closedUntilNanos) {

  /** Stands for: not before something else changes, such as a call that ends. */
  public static final long NEVER_NANOS = PermitBucket.NEVER_NANOS;

  /** A throttle that owns no slots yet. */
  public static Throttle of(ProviderLimits limits, long nowNanos) {
    return new Throttle(
        limits,
        SlotShare.NONE,
        0,
        bucket(limits.requestsPerMinute(), SlotShare.NONE, nowNanos),
        bucket(limits.tokensPerMinute(), SlotShare.NONE, nowNanos),
        nowNanos);
  }

  /**
   * Nanoseconds until a call that will use so many tokens may start; 0 when it may now, {@link
   * #NEVER_NANOS} when that depends on a call that runs or a slot to be owned.
   */
  public long waitNanos(long tokensEstimated, long nowNanos) {
    if (running >= share.concurrency()) {
      return NEVER_NANOS;
    }
    long closed = Math.max(0, closedUntilNanos - nowNanos);
    long permits =
        Math.max(requests.waitNanos(1, nowNanos), tokens.waitNanos(tokensEstimated, nowNanos));
    return Math.max(closed, permits);
  }

  /** A call has been taken. */
  public Throttle started(long tokensEstimated, long nowNanos) {
    return with(running + 1, requests.take(1, nowNanos), tokens.take(tokensEstimated, nowNanos));
  }

  /** A call has ended; the estimate gives way to what it used. */
  public Throttle finished(long tokensEstimated, long tokensUsed, long nowNanos) {
    return with(running - 1, requests, tokens.give(tokensEstimated - tokensUsed, nowNanos));
  }

  /** A call that was taken is not made after all. */
  public Throttle returned(long tokensEstimated, long nowNanos) {
    return with(running - 1, requests.give(1, nowNanos), tokens.give(tokensEstimated, nowNanos));
  }

  /** The provider said to wait. The later of two such wishes holds. */
  public Throttle closedFor(long nanos, long nowNanos) {
    long until = nowNanos + nanos;
    return until - closedUntilNanos <= 0
        ? this
        : new Throttle(limits, share, running, requests, tokens, until);
  }

  /** Slots came or went. Calls that run stay counted. */
  public Throttle owning(SlotShare other, long nowNanos) {
    return resized(limits, other, nowNanos);
  }

  /** The provider told, or taught by refusing, other limits. */
  public Throttle learned(ProviderLimits other, long nowNanos) {
    return resized(other, share, nowNanos);
  }

  /**
   * What the provider says of its limits holds where it is less than what is configured; when it
   * says that nothing is left, nothing is sent until there is more.
   */
  public Throttle noticed(LimitNotice notice, long nowNanos) {
    if (notice.isNone()) {
      return this;
    }
    var told =
        new ProviderLimits(
            lower(limits.requestsPerMinute(), notice.requests()),
            lower(limits.tokensPerMinute(), notice.tokens()),
            limits.concurrencyMax());
    var next = told.equals(limits) ? this : learned(told, nowNanos);
    return next.emptied(notice.requests(), nowNanos).emptied(notice.tokens(), nowNanos);
  }

  private static long lower(long limit, LimitNotice.Window told) {
    return told.perMinute() > 0 ? Math.min(limit, told.perMinute()) : limit;
  }

  private Throttle emptied(LimitNotice.Window told, long nowNanos) {
    return told.remaining() == 0 && told.resetIn().isPositive()
        ? closedFor(told.resetIn().toNanos(), nowNanos)
        : this;
  }

  private Throttle resized(ProviderLimits ofAll, SlotShare ours, long nowNanos) {
    return new Throttle(
        ofAll,
        ours,
        running,
        resized(requests, ofAll.requestsPerMinute(), ours, nowNanos),
        resized(tokens, ofAll.tokensPerMinute(), ours, nowNanos),
        closedUntilNanos);
  }

  private Throttle with(int runningNow, PermitBucket requestsNow, PermitBucket tokensNow) {
    return new Throttle(limits, share, runningNow, requestsNow, tokensNow, closedUntilNanos);
  }

  private static PermitBucket bucket(long limit, SlotShare share, long nowNanos) {
    return limit == ProviderLimits.UNLIMITED
        ? PermitBucket.unlimited(nowNanos)
        : PermitBucket.full(share.of(limit), nowNanos);
  }

  private static PermitBucket resized(
      PermitBucket bucket, long limit, SlotShare share, long nowNanos) {
    return limit == ProviderLimits.UNLIMITED || bucket.capacity() == Double.POSITIVE_INFINITY
        ? bucket(limit, share, nowNanos)
        : bucket.resized(share.of(limit), nowNanos);
  }
}
