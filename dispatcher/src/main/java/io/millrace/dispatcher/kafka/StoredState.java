package io.millrace.dispatcher.kafka;

import io.millrace.dispatcher.BudgetSums;
import io.millrace.dispatcher.DispatcherState;
import io.millrace.dispatcher.OutstandingAttempt;
import io.millrace.dispatcher.PendingCallback;
import io.millrace.dispatcher.Timer;
import io.millrace.dispatcher.TrackedRequest;
import io.millrace.dispatcher.WaitingKey;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.Topics;
import io.millrace.schemas.state.AttemptState;
import io.millrace.schemas.state.BudgetBook;
import io.millrace.schemas.state.CallbackState;
import io.millrace.schemas.state.FinishedState;
import io.millrace.schemas.state.RequestState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The dispatcher's state in Kafka Streams stores: on disk, each change on a changelog, committed in
 * the transaction of the record that led to it.
 */
final class StoredState implements DispatcherState {

  private static final String REQUESTS = "requests";
  private static final String ATTEMPTS = "attempts";
  private static final String WAITING = "waiting";
  private static final String TIMERS = "timers";
  private static final String BUDGETS = "budgets";
  private static final String CALLBACKS = "callbacks";
  private static final String FINISHED = "finished";

  private static final byte[] PRESENT = {1};

  private final KeyValueStore<Bytes, byte[]> requests;
  private final KeyValueStore<Bytes, byte[]> attempts;
  private final KeyValueStore<Bytes, byte[]> waiting;
  private final KeyValueStore<Bytes, byte[]> timers;
  private final KeyValueStore<Bytes, byte[]> budgets;
  private final KeyValueStore<Bytes, byte[]> callbacks;
  private final KeyValueStore<Bytes, byte[]> finished;
  private final AvroSerde<RequestState> requestSerde;
  private final AvroSerde<AttemptState> attemptSerde;
  private final AvroSerde<BudgetBook> budgetSerde;
  private final AvroSerde<CallbackState> callbackSerde;
  private final AvroSerde<FinishedState> finishedSerde;

  /** Spares a look into the store on every tick; no timer is due before. */
  private Instant nextTimer = Instant.EPOCH;

  private Optional<Bytes> finishedCursor = Optional.empty();

  StoredState(ProcessorContext<?, ?> context, Topics topics) {
    requests = context.getStateStore(REQUESTS);
    attempts = context.getStateStore(ATTEMPTS);
    waiting = context.getStateStore(WAITING);
    timers = context.getStateStore(TIMERS);
    budgets = context.getStateStore(BUDGETS);
    callbacks = context.getStateStore(CALLBACKS);
    finished = context.getStateStore(FINISHED);
    requestSerde = topics.serde(RequestState.class);
    attemptSerde = topics.serde(AttemptState.class);
    budgetSerde = topics.serde(BudgetBook.class);
    callbackSerde = topics.serde(CallbackState.class);
    finishedSerde = topics.serde(FinishedState.class);
  }

  /** The stores that a task needs. */
  static List<StoreBuilder<KeyValueStore<Bytes, byte[]>>> builders(int recordBytesMax) {
    // Small segments let the cleaner drop ended requests soon, which keeps a restore short.
    var changelog =
        Map.of(
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(recordBytesMax),
            TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(64 * 1024 * 1024),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.3");
    return Stream.of(REQUESTS, ATTEMPTS, WAITING, TIMERS, BUDGETS, CALLBACKS, FINISHED)
        .map(
            name ->
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                    .withCachingDisabled()
                    .withLoggingEnabled(changelog))
        .toList();
  }

  @Override
  public Optional<TrackedRequest> request(String requestId) {
    return read(requests, StoreKeys.text(requestId), requestSerde).map(StateCodec::decode);
  }

  @Override
  public void put(TrackedRequest request) {
    requests.put(
        StoreKeys.text(request.request().getRequestId()),
        requestSerde.toBytes(StateCodec.encode(request)));
  }

  @Override
  public void removeRequest(String requestId) {
    requests.delete(StoreKeys.text(requestId));
  }

  @Override
  public boolean isFinished(String requestId) {
    return finished.get(StoreKeys.text(requestId)) != null;
  }

  @Override
  public void putFinished(String requestId, Instant at) {
    finished.put(StoreKeys.text(requestId), finishedSerde.toBytes(new FinishedState(at)));
  }

  @Override
  public void forgetFinished(Instant before, int limit) {
    var old = new ArrayList<Bytes>();
    Optional<Bytes> last = Optional.empty();
    int seen = 0;
    try (var all = finished.range(finishedCursor.orElse(null), null)) {
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
    old.forEach(finished::delete);
  }

  @Override
  public List<OutstandingAttempt> attempts() {
    var result = new ArrayList<OutstandingAttempt>();
    try (var all = attempts.all()) {
      all.forEachRemaining(
          entry -> result.add(StateCodec.decode(attemptSerde.fromBytes(entry.value))));
    }
    return result;
  }

  @Override
  public void put(OutstandingAttempt attempt) {
    attempts.put(
        StoreKeys.text(attempt.attemptId()), attemptSerde.toBytes(StateCodec.encode(attempt)));
  }

  @Override
  public void removeAttempt(String attemptId) {
    attempts.delete(StoreKeys.text(attemptId));
  }

  @Override
  public void enqueue(WaitingKey key) {
    waiting.put(StoreKeys.waiting(key), PRESENT);
  }

  @Override
  public void dequeue(WaitingKey key) {
    waiting.delete(StoreKeys.waiting(key));
  }

  @Override
  public List<WaitingKey> lines() {
    var firsts = new ArrayList<WaitingKey>();
    var from = Optional.<Bytes>empty();
    while (true) {
      try (var rest = waiting.range(from.orElse(null), null)) {
        if (!rest.hasNext()) {
          return firsts;
        }
        var first = rest.next().key;
        firsts.add(StoreKeys.waiting(first));
        from = Optional.of(StoreKeys.endOfLine(first));
      }
    }
  }

  @Override
  public List<WaitingKey> waiting(WaitingKey from, int limit) {
    var keys = new ArrayList<WaitingKey>();
    var first = StoreKeys.waiting(from);
    try (var line = waiting.range(first, StoreKeys.endOfLine(first))) {
      while (line.hasNext() && keys.size() < limit) {
        keys.add(StoreKeys.waiting(line.next().key));
      }
    }
    return keys;
  }

  @Override
  public void schedule(Timer timer) {
    timers.put(StoreKeys.timer(timer), PRESENT);
    if (timer.dueAt().isBefore(nextTimer)) {
      nextTimer = timer.dueAt();
    }
  }

  @Override
  public void unschedule(Timer timer) {
    timers.delete(StoreKeys.timer(timer));
  }

  @Override
  public List<Timer> due(Instant now, int limit) {
    if (now.isBefore(nextTimer)) {
      return List.of();
    }
    var due = new ArrayList<Timer>();
    try (var all = timers.range(null, null)) {
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
  public BudgetSums budgets(String account) {
    return read(budgets, StoreKeys.text(account), budgetSerde)
        .map(StateCodec::decode)
        .orElseGet(() -> new BudgetSums(Map.of()));
  }

  @Override
  public void put(String account, BudgetSums sums) {
    budgets.put(StoreKeys.text(account), budgetSerde.toBytes(StateCodec.encode(account, sums)));
  }

  @Override
  public Optional<PendingCallback> callback(String callbackId) {
    return read(callbacks, StoreKeys.text(callbackId), callbackSerde).map(StateCodec::decode);
  }

  @Override
  public void put(PendingCallback callback) {
    callbacks.put(
        StoreKeys.text(callback.callbackId()), callbackSerde.toBytes(StateCodec.encode(callback)));
  }

  @Override
  public void removeCallback(String callbackId) {
    callbacks.delete(StoreKeys.text(callbackId));
  }

  private static <T extends SpecificRecord> Optional<T> read(
      KeyValueStore<Bytes, byte[]> store, Bytes key, AvroSerde<T> serde) {
    return Optional.ofNullable(store.get(key)).map(serde::fromBytes);
  }
}
