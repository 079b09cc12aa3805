package io.millrace.workers;

import io.millrace.schemas.config.ProviderLimits;
import java.util.Set;

/**
 * How much of a provider's limits a worker has by the partitions it owns. Each partition of an
 * attempts topic is a slot that carries an equal share. A limit smaller than the number of
 * partitions uses only the first of them, as many as the limit; the dispatcher writes to no other.
 *
 * @param owned usable slots that this worker owns
 * @param usable usable slots there are
 * @param concurrency calls it may have in flight
 */
public record SlotShare(int owned, int usable, int concurrency) {

  /** Owns nothing yet. */
  public static final SlotShare NONE = new SlotShare(0, 1, 0);

  /**
   * @param partitions partitions of each attempts topic of the provider
   */
  public static SlotShare of(Set<Integer> ownedPartitions, int partitions, ProviderLimits limits) {
    int usable = limits.slotsOf(partitions);
    int owned = 0;
    int concurrency = 0;
    for (int partition : ownedPartitions) {
      if (partition < usable) {
        owned++;
        concurrency +=
            limits.concurrencyMax() / usable
                + (partition < limits.concurrencyMax() % usable ? 1 : 0);
      }
    }
    return new SlotShare(owned, usable, concurrency);
  }

  double of(long limit) {
    return (double) limit * owned / usable;
  }
}
