package io.millrace.schemas;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.NullMarked;

/**
 * How a topic is to exist: created at start when it is absent, never changed when it is there.
 *
 * @param retention how long records are kept; zero means forever
 */
@NullMarked
public record TopicSpec(String name, int partitions, Cleanup cleanup, Duration retention) {

  /** What happens to old records. */
  public enum Cleanup {
    DELETE,
    COMPACT
  }

  /** The largest record, in bytes: a request body at its default limit and its envelope. */
  public static final int RECORD_BYTES_MAX = 18 * 1024 * 1024;

  /** The topic for Kafka's admin client. */
  public NewTopic toNewTopic(int replicationFactor) {
    var retentionMs = retention.isZero() ? "-1" : Long.toString(retention.toMillis());
    var configs =
        cleanup == Cleanup.COMPACT
            ? Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(RECORD_BYTES_MAX))
            : Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                retentionMs,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(RECORD_BYTES_MAX));
    return new NewTopic(name, partitions, (short) replicationFactor).configs(configs);
  }
}
