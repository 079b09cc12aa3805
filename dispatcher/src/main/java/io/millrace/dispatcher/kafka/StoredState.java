package io.millrace.dispatcher.kafka;

import io.millrace.dispatcher.BudgetSums;
import io.millrace.dispatcher.CancelledBatch;
import io.millrace.dispatcher.DispatcherState;
import io.millrace.dispatcher.OutstandingAttempt;
import io.millrace.dispatcher.PendingCallback;
import io.millrace.dispatcher.Timer;
import io.millrace.dispatcher.TrackedRequest;
import io.millrace.dispatcher.WaitingKey;
import io.millrace.dispatcher.kafka.StoreKeys.Space;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.Topics;
import io.millrace.schemas.state.AttemptState;
import io.millrace.schemas.state.BudgetBook;
import io.millrace.schemas.state.CallbackState;
import io.millrace.schemas.state.CancelledBatchState;
import io.millrace.schemas.state.FinishedState;
import io.millrace.schemas.state.RequestState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The dispatcher's state in a Kafka Streams store: on disk, each change on a changelog, committed
 * in the transaction of the record that led to it.
 */
final class StoredState implements DispatcherState {

  private static final String STORE = "state";
  private static final byte[] PRESENT = {1};

  private final KeyValueStore<Bytes, byte[]> store;
  private final AvroSerde<RequestState> requestSerde;
  private final AvroSerde<AttemptState> attemptSerde;
  private final AvroSerde<BudgetBook> budgetSerde;
  private final AvroSerde<CallbackState> callbackSerde;
  private final AvroSerde<FinishedState> finishedSerde;
  private final AvroSerde<CancelledBatchState> cancelledBatchSerde;

  /** Spares a look into the store on every tick; no timer is due before. */
  private Instant nextTimer = Instant.EPOCH;

  private Optional<Bytes> finishedCursor = Optional.empty();

  StoredState(ProcessorContext<?, ?> context, Topics topics) {
    store = context.getStateStore(STORE);
    requestSerde = topics.serde(RequestState.class);
    attemptSerde = topics.serde(AttemptState.class);
    budgetSerde = topics.serde(BudgetBook.class);
    callbackSerde = topics.serde(CallbackState.class);
    finishedSerde = topics.serde(FinishedState.class);
    cancelledBatchSerde = topics.serde(CancelledBatchState.class);
  }

  /**
   * The store that a task needs. One for everything: each further store would be a further
   * partition in every transaction, and a further database to open for every partition at a start.
   */
  static StoreBuilder<KeyValueStore<Bytes, byte[]>> builder(int recordBytesMax) {
    // Small segments let the cleaner drop ended requests soon, which keeps a restore short.
    var changelog =
        Map.of(
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(recordBytesMax),
            TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(64 * 1024 * 1024),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.3");
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(STORE), Serdes.Bytes(), Serdes.ByteArray())
        .withCachingDisabled()
        .withLoggingEnabled(changelog);
  }

  @Override
  public Optional<TrackedRequest> request(String requestId) {
    return read(StoreKeys.named(Space.REQUEST, requestId), requestSerde).map(StateCodec::decode);
  }

  @Override
  public void put(TrackedRequest request) {
    store.put(
        StoreKeys.named(Space.REQUEST, request.request().getRequestId()),
        requestSerde.toBytes(StateCodec.encode(request)));
  }

  @Override
  public void removeRequest(String requestId) {
    store.delete(StoreKeys.named(Space.REQUEST, requestId));
  }

  @Override
  public boolean isFinished(String requestId) {
    return store.get(StoreKeys.named(Space.FINISHED, requestId)) != null;
  }

  @Override
  public void putFinished(String requestId, Instant at) {
    store.put(
        StoreKeys.named(Space.FINISHED, requestId), finishedSerde.toBytes(new FinishedState(at)));
  }

  @Override
  public void forgetFinished(Instant before, int limit) {
    var old = new ArrayList<Bytes>();
    Optional<Bytes> last = Optional.empty();
    int seen = 0;
    try (var all =
        store.range(finishedCursor.orElseGet(Space.FINISHED::first), Space.FINISHED.end())) {
      while (all.hasNext() && seen < limit) {
        var entry = all.next();
        seen++;
        last = Optional.of(entry.key);
        if (finishedSerde.fromBytes(entry.value).getFinishedAt().isBefore(before)) {
          old.add(entry.key);
        }
      }
    }
    finishedCursor = seen < limit ? Optional.empty() : last;
    old.forEach(store::delete);
  }

  @Override
  public List<OutstandingAttempt> attempts() {
    var result = new ArrayList<OutstandingAttempt>();
    try (var all = store.range(Space.ATTEMPT.first(), Space.ATTEMPT.end())) {
      all.forEachRemaining(
          entry -> result.add(StateCodec.decode(attemptSerde.fromBytes(entry.value))));
    }
    return result;
  }

  @Override
  public void put(OutstandingAttempt attempt) {
    store.put(
        StoreKeys.named(Space.ATTEMPT, attempt.attemptId()),
        attemptSerde.toBytes(StateCodec.encode(attempt)));
  }

  @Override
  public void removeAttempt(String attemptId) {
    store.delete(StoreKeys.named(Space.ATTEMPT, attemptId));
  }

  @Override
  public void enqueue(WaitingKey key) {
    store.put(StoreKeys.waiting(key), PRESENT);
  }

  @Override
  public void dequeue(WaitingKey key) {
    store.delete(StoreKeys.waiting(key));
  }

  @Override
  public List<WaitingKey> lines() {
    var firsts = new ArrayList<WaitingKey>();
    var from = Space.WAITING.first();
    while (true) {
      try (var rest = store.range(from, Space.WAITING.end())) {
        if (!rest.hasNext()) {
          return firsts;
        }
        var first = rest.next().key;
        firsts.add(StoreKeys.waiting(first));
        from = StoreKeys.endOfLine(first);
      }
    }
  }

  @Override
  public List<WaitingKey> waiting(WaitingKey from, int limit) {
    var keys = new ArrayList<WaitingKey>();
    var first = StoreKeys.waiting(from);
    try (var line = store.range(first, StoreKeys.endOfLine(first))) {
      while (line.hasNext() && keys.size() < limit) {
        keys.add(StoreKeys.waiting(line.next().key));
      }
    }
    return keys;
  }

  @Override
  public void schedule(Timer timer) {
    store.put(StoreKeys.timer(timer), PRESENT);
    if (timer.dueAt().isBefore(nextTimer)) {
      nextTimer = timer.dueAt();
    }
  }

  @Override
  public void unschedule(Timer timer) {
    store.delete(StoreKeys.timer(timer));
  }

  @Override
  public List<Timer> due(Instant now, int limit) {
    if (now.isBefore(nextTimer)) {
      return List.of();
    }
    var due = new ArrayList<Timer>();
    try (var all = store.range(Space.TIMER.first(), Space.TIMER.end())) {
      while (all.hasNext() && due.size() < limit) {
        var timer = StoreKeys.timer(all.next().key);
        if (timer.dueAt().isAfter(now)) {
          nextTimer = timer.dueAt();
          return due;
        }
        due.add(timer);
      }
    }
    nextTimer = due.size() == limit ? Instant.EPOCH : Instant.MAX;
    return due;
  }

  @Override
  public List<Timer> timers(Timer from, int limit) {
    var found = new ArrayList<Timer>();
    try (var all = store.range(StoreKeys.timer(from), Space.TIMER.end())) {
      while (all.hasNext() && found.size() < limit) {
        found.add(StoreKeys.timer(all.next().key));
      }
    }
    return found;
  }

  @Override
  public List<CancelledBatch> cancelledBatches() {
    var found = new ArrayList<CancelledBatch>();
    try (var all = store.range(Space.CANCELLED_BATCH.first(), Space.CANCELLED_BATCH.end())) {
      all.forEachRemaining(
          entry -> found.add(StateCodec.decode(cancelledBatchSerde.fromBytes(entry.value))));
    }
    return found;
  }

  @Override
  public void put(CancelledBatch batch) {
    store.put(
        StoreKeys.named(Space.CANCELLED_BATCH, batch.batchId()),
        cancelledBatchSerde.toBytes(StateCodec.encode(batch)));
  }

  @Override
  public void removeCancelledBatch(String batchId) {
    store.delete(StoreKeys.named(Space.CANCELLED_BATCH, batchId));
  }

  @Override
  public BudgetSums budgets(String account) {
    return read(StoreKeys.named(Space.BUDGET, account), budgetSerde)
        .map(StateCodec::decode)
        .orElseGet(() -> new BudgetSums(Map.of()));
  }

  @Override
  public void put(String account, BudgetSums sums) {
    store.put(
        StoreKeys.named(Space.BUDGET, account),
        budgetSerde.toBytes(StateCodec.encode(account, sums)));
  }

  @Override
  public Optional<PendingCallback> callback(String callbackId) {
    return read(StoreKeys.named(Space.CALLBACK, callbackId), callbackSerde).map(StateCodec::decode);
  }

  @Override
  public void put(PendingCallback callback) {
    store.put(
        StoreKeys.named(Space.CALLBACK, callback.callbackId()),
        callbackSerde.toBytes(StateCodec.encode(callback)));
  }

  @Override
  public void removeCallback(String callbackId) {
    store.delete(StoreKeys.named(Space.CALLBACK, callbackId));
  }

  private <T extends SpecificRecord> Optional<T> read(Bytes key, AvroSerde<T> serde) {
    return Optional.ofNullable(store.get(key)).map(serde::fromBytes);
  }
}
