package io.millrace.accounting.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * Puts a record where Kafka's own partitioner would put one keyed by its account, so that an
 * account's sums lie on the same partition number as everything else of it.
 */
final class AccountPartitioner<V> implements StreamPartitioner<String, V> {

  private final Function<V, String> account;

  AccountPartitioner(Function<V, String> account) {
    this.account = account;
  }

  @Override
  public Optional<Set<Integer>> partitions(String topic, String key, V value, int numPartitions) {
    var bytes = account.apply(value).getBytes(StandardCharsets.UTF_8);
    return Optional.of(Set.of(Utils.toPositive(Utils.murmur2(bytes)) % numPartitions));
  }
}
