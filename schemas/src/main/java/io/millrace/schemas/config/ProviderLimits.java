package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * What a provider allows, summed over all workers.
 *
 * @param requestsPerMinute calls per minute; default unlimited
 * @param tokensPerMinute LLM tokens per minute, input and output; default unlimited
 * @param concurrencyMax calls in flight; default 1000
 */
public record ProviderLimits(long requestsPerMinute, long tokensPerMinute, int concurrencyMax) {

  /** Stands for no limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  public ProviderLimits {
    check(requestsPerMinute > 0, "limits.requestsPerMinute must be positive: " + requestsPerMinute);
    check(tokensPerMinute > 0, "limits.tokensPerMinute must be positive: " + tokensPerMinute);
    positive(concurrencyMax, "limits.concurrencyMax");
  }

  @JsonCreator
  static ProviderLimits of(
      @Nullable Long requestsPerMinute,
      @Nullable Long tokensPerMinute,
      @Nullable Integer concurrencyMax) {
    return new ProviderLimits(
        orDefault(requestsPerMinute, UNLIMITED),
        orDefault(tokensPerMinute, UNLIMITED),
        orDefault(concurrencyMax, 1000));
  }

  /** What holds where the file says nothing. */
  public static ProviderLimits defaults() {
    return of(null, null, null);
  }

  /**
   * How many slots (partitions of an attempts topic) carry a share of these limits. A limit smaller
   * than the number of partitions uses only as many, so that each share is at least one.
   *
   * @param partitions partitions of an attempts topic
   */
  public int slotsOf(int partitions) {
    return (int) Math.min(partitions, Math.min(requestsPerMinute, concurrencyMax));
  }
}
