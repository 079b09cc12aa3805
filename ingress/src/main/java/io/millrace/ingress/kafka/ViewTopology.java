package io.millrace.ingress.kafka;

import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The status view: llm.requests and llm.results folded into what a client may ask of its requests.
 *
 * <ul>
 *   <li>{@link #REQUESTS}: account, request → {@link io.millrace.ingress.StoredRequest}
 *   <li>{@link #OUTCOMES}: account, request → the last state change or the result
 *   <li>{@link #INDEX}: account, time, request, for ids that do not carry their time; and account,
 *       batch, offset of the result → request
 * </ul>
 */
public final class ViewTopology {

  static final String REQUESTS = "requests";
  static final String OUTCOMES = "outcomes";
  static final String INDEX = "index";

  private static final String PROCESSOR = "view";

  private ViewTopology() {}

  /**
   * @param retention rows older than this are removed bit by bit
   * @param listeners told of results and changes once they can be read here
   * @param removals where blobs go whose rows are gone
   */
  public static Topology build(
      Topics topics,
      Duration retention,
      ViewPositions positions,
      ViewListeners listeners,
      BlobRemovals removals) {
    var bytes = new ByteArrayDeserializer();
    var topology = new Topology();
    topology.addSource(
        AutoOffsetReset.earliest(), "requests-in", bytes, bytes, topics.requests().name());
    topology.addSource(
        AutoOffsetReset.earliest(), "results-in", bytes, bytes, topics.results().name());
    topology.addProcessor(
        PROCESSOR,
        () -> new ViewProcessor(topics, retention, positions, listeners, removals),
        "requests-in",
        "results-in");
    for (var name : new String[] {REQUESTS, OUTCOMES, INDEX}) {
      topology.addStateStore(store(name), PROCESSOR);
    }
    return topology;
  }

  /** Key of a batch among the listeners. */
  public static String batchKey(String account, String batchId) {
    return account + "/" + batchId;
  }

  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
        .withCachingDisabled()
        .withLoggingEnabled(
            Map.of(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(TopicSpec.RECORD_BYTES_MAX)));
  }
}
