package io.millrace.workers.canonical;

import io.millrace.schemas.Usage;

/** Adds what several calls of one attempt used. */
public final class UsageSum {

  private UsageSum() {}

  /** Estimated as soon as one of them is. */
  public static Usage of(Usage one, Usage other) {
    return new Usage(
        one.getInputTokens() + other.getInputTokens(),
        one.getCachedInputTokens() + other.getCachedInputTokens(),
        one.getCacheWriteTokens() + other.getCacheWriteTokens(),
        one.getCacheWriteLongTokens() + other.getCacheWriteLongTokens(),
        one.getOutputTokens() + other.getOutputTokens(),
        one.getReasoningTokens() + other.getReasoningTokens(),
        one.getEstimated() || other.getEstimated());
  }
}
