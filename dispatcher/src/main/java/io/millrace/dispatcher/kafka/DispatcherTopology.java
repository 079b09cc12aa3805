package io.millrace.dispatcher.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.dispatcher.Policies;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.Topics;
import io.millrace.schemas.WorkerHeartbeat;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.jspecify.annotations.Nullable;

/**
 * Requests and replies in, decisions out, both by account; the workers' heartbeats beside them for
 * every task to see.
 */
public final class DispatcherTopology {

  private DispatcherTopology() {}

  /**
   * The topology.
   *
   * @param policies asked once for each task when it starts
   */
  public static Topology build(Topics topics, Supplier<Policies> policies, MeterRegistry metrics) {
    var requests = topics.requests();
    var replies = topics.replies();
    var workers = topics.workers();
    var topology = new Topology();
    topology.addSource(
        "requests-source", new ByteArrayDeserializer(), requests.serde(), requests.name());
    topology.addSource(
        "replies-source", new ByteArrayDeserializer(), replies.serde(), replies.name());
    topology.addProcessor(
        "dispatcher",
        () -> new DispatcherProcessor(topics, policies, metrics),
        "requests-source",
        "replies-source");
    topology.addStateStore(StoredState.builder(TopicSpec.RECORD_BYTES_MAX), "dispatcher");
    topology.addSink(
        "decisions",
        (key, outgoing, context) -> outgoing.topic(),
        new ByteArraySerializer(),
        new OutgoingSerializer(requests.serde()),
        new SlotPartitioner(),
        "dispatcher");
    topology.addGlobalStore(
        Stores.timestampedKeyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(DispatcherProcessor.WORKERS_STORE),
                Serdes.String(),
                workers.serde())
            .withLoggingDisabled(),
        "workers-source",
        new StringDeserializer(),
        workers.serde(),
        workers.name(),
        "workers-table",
        WorkersTable::new);
    return topology;
  }

  private record OutgoingSerializer(AvroSerde<SpecificRecord> avro)
      implements Serializer<Outgoing> {

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable Outgoing outgoing) {
      return outgoing == null ? null : avro.toBytes(outgoing.value());
    }
  }

  /** Attempts go to the slot that was chosen for them, everything else where its key belongs. */
  private static final class SlotPartitioner implements StreamPartitioner<byte[], Outgoing> {

    @Override
    public Optional<Set<Integer>> partitions(
        String topic, byte[] key, Outgoing outgoing, int numPartitions) {
      return outgoing.partition().isPresent()
          ? Optional.of(Set.of(outgoing.partition().getAsInt() % numPartitions))
          : Optional.empty();
    }
  }

  /** Keeps the last heartbeat of each worker. */
  private static final class WorkersTable
      extends ContextualProcessor<String, WorkerHeartbeat, Void, Void> {

    @Override
    public void process(Record<String, WorkerHeartbeat> record) {
      KeyValueStore<String, ValueAndTimestamp<WorkerHeartbeat>> store =
          context()
              .<TimestampedKeyValueStore<String, WorkerHeartbeat>>getStateStore(
                  DispatcherProcessor.WORKERS_STORE);
      if (record.value() == null) {
        store.delete(record.key());
      } else {
        store.put(record.key(), ValueAndTimestamp.make(record.value(), record.timestamp()));
      }
    }
  }
}
