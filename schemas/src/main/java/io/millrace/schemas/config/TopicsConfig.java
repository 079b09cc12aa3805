package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * How topics are named and split.
 *
 * @param prefix put in front of every topic name; default llm.
 * @param partitions partitions of every topic keyed by account, the most dispatcher threads that
 *     can share the work; fixed once the topics exist; default 4
 * @param slotsPerProvider partitions of each attempts topic, the most worker processes that can
 *     share one provider; default 4
 * @param replicationFactor copies of each partition; 3 on a cluster; default 1
 */
public record TopicsConfig(
    String prefix, int partitions, int slotsPerProvider, int replicationFactor) {

  public TopicsConfig {
    check(
        prefix.matches("[a-z0-9.-]*"),
        "topics.prefix must be of a-z, 0-9, dot and hyphen: " + prefix);
    check(partitions > 0, "topics.partitions must be positive: " + partitions);
    check(slotsPerProvider > 0, "topics.slotsPerProvider must be positive: " + slotsPerProvider);
    check(replicationFactor > 0, "topics.replicationFactor must be positive: " + replicationFactor);
  }

  @JsonCreator
  static TopicsConfig of(
      @Nullable String prefix,
      @Nullable Integer partitions,
      @Nullable Integer slotsPerProvider,
      @Nullable Integer replicationFactor) {
    return new TopicsConfig(
        orDefault(prefix, "llm."),
        orDefault(partitions, 4),
        orDefault(slotsPerProvider, 4),
        orDefault(replicationFactor, 1));
  }

  /** What holds where the file says nothing. */
  public static TopicsConfig defaults() {
    return of(null, null, null, null);
  }
}
