package io.millrace.simulator.engine;

import io.millrace.simulator.script.RateLimit;

/**
 * Enforces one {@link RateLimit}. Input tokens are taken on admission and output tokens as soon as
 * they are known, which may leave the bucket in debt; a call larger than the bucket waits for a
 * full one. A refused call takes nothing. Locks briefly; without limits, not at all.
 */
final class RateLimiter {
  private static final long NANOS_PER_MS = 1_000_000;
  private static final long CONCURRENCY_WAIT_MS = 1000;

  private final boolean isUnlimited;
  private final int concurrencyMax;
  private final PermitBucket requests;
  private final PermitBucket tokens;
  private int inFlight;

  RateLimiter(RateLimit limit, long nowNanos) {
    isUnlimited = limit.equals(RateLimit.NONE);
    concurrencyMax = limit.concurrencyMax() == 0 ? Integer.MAX_VALUE : limit.concurrencyMax();
    requests = new PermitBucket(limit.requestsPerMinute(), nowNanos);
    tokens = new PermitBucket(limit.tokensPerMinute(), nowNanos);
  }

  sealed interface Admission {}

  record Admitted() implements Admission {}

  record Refused(Verdict.LimitKind kind, long waitMs, LimitState state) implements Admission {}

  private static final Admission ADMITTED = new Admitted();

  Admission acquire(long inputTokens, long nowNanos) {
    return isUnlimited ? ADMITTED : acquireLimited(inputTokens, nowNanos);
  }

  private synchronized Admission acquireLimited(long inputTokens, long nowNanos) {
    long requestWait = requests.waitNanos(1, nowNanos);
    long tokenWait = tokens.waitNanos(inputTokens, nowNanos);
    if (requestWait > 0 || tokenWait > 0) {
      return requestWait >= tokenWait
          ? refused(Verdict.LimitKind.REQUESTS, requestWait, nowNanos)
          : refused(Verdict.LimitKind.TOKENS, tokenWait, nowNanos);
    }
    if (inFlight >= concurrencyMax) {
      long waitNanos = CONCURRENCY_WAIT_MS * NANOS_PER_MS;
      return refused(Verdict.LimitKind.CONCURRENCY, waitNanos, nowNanos);
    }
    inFlight++;
    requests.take(1);
    tokens.take(inputTokens);
    return ADMITTED;
  }

  private Refused refused(Verdict.LimitKind kind, long waitNanos, long nowNanos) {
    return new Refused(kind, Math.ceilDiv(waitNanos, NANOS_PER_MS), state(nowNanos));
  }

  /** Takes the output of an admitted call. */
  LimitState charge(long outputTokens, long nowNanos) {
    if (isUnlimited) {
      return LimitState.NONE;
    }
    synchronized (this) {
      tokens.take(outputTokens);
      return state(nowNanos);
    }
  }

  /** An admitted call is over. */
  void release() {
    if (!isUnlimited) {
      synchronized (this) {
        inFlight--;
      }
    }
  }

  private LimitState state(long nowNanos) {
    return new LimitState(requests.window(nowNanos), tokens.window(nowNanos));
  }
}
