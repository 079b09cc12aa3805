package io.millrace.accounting.kafka;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.schemas.config.MillraceConfig;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** How Kafka Streams runs here. */
public final class StreamsSettings {

  private static final long COMMIT_INTERVAL_MS = 500;
  private static final long STORE_CACHE_BYTES = 8L << 20;

  private StreamsSettings() {}

  /** Application id and consumer group. */
  public static String applicationId(MillraceConfig config) {
    return config.topics().prefix() + "accounting";
  }

  public static Properties of(MillraceConfig config, KafkaClients kafka, Path dataDirectory) {
    var all = new Properties();
    all.putAll(kafka.common());
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId(config));
    all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
    all.put(StreamsConfig.STATE_DIR_CONFIG, dataDirectory.resolve("streams").toString());
    all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, STORE_CACHE_BYTES);
    all.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbBounds.class);
    all.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, config.topics().replicationFactor());
    all.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    all.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    // A member that comes back under its name within the session takes its partitions up again
    // without a rebalance.
    all.put(consumer(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), config.workers().name());
    all.put(consumer(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6000);
    all.put(consumer(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 500);
    return all;
  }

  private static String consumer(String property) {
    return StreamsConfig.mainConsumerPrefix(property);
  }
}
