package io.millrace.dispatcher.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.dispatcher.Decision;
import io.millrace.dispatcher.Dispatcher;
import io.millrace.dispatcher.DispatcherEvent;
import io.millrace.dispatcher.Policies;
import io.millrace.schemas.AttemptOverdue;
import io.millrace.schemas.AttemptRefused;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.AttemptStarted;
import io.millrace.schemas.CallbackReplied;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Topic;
import io.millrace.schemas.Topics;
import io.millrace.schemas.WorkerHeartbeat;
import io.millrace.schemas.WorkerLost;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.jspecify.annotations.Nullable;

/**
 * Runs one partition's {@link Dispatcher} over the records of its topics and the passing of time.
 */
final class DispatcherProcessor implements Processor<byte[], SpecificRecord, byte[], Outgoing> {

  static final String WORKERS_STORE = "workers";

  private static final Duration TICK = Duration.ofMillis(20);
  private static final Duration HEARTBEAT_CHECK = Duration.ofMillis(500);

  private final Topics topics;
  private final Supplier<Policies> policies;
  private final Counter decisions;
  private final Targets targets;
  private @Nullable Assigned assigned;

  DispatcherProcessor(Topics topics, Supplier<Policies> policies, MeterRegistry metrics) {
    this.topics = topics;
    this.policies = policies;
    this.targets = new Targets(topics);
    this.decisions =
        Counter.builder("millrace.dispatcher.decisions")
            .description("decisions that became records")
            .register(metrics);
  }

  /** What there is only between init and close. */
  private record Assigned(
      ProcessorContext<byte[], Outgoing> context,
      Dispatcher dispatcher,
      ReadOnlyKeyValueStore<String, ValueAndTimestamp<WorkerHeartbeat>> workers) {

    Instant now() {
      return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }
  }

  @Override
  public void init(ProcessorContext<byte[], Outgoing> context) {
    var dispatcher = new Dispatcher(policies.get(), new StoredState(context, topics));
    var started = new Assigned(context, dispatcher, context.getStateStore(WORKERS_STORE));
    assigned = started;
    dispatcher.recover(started.now());
    context.schedule(
        TICK, PunctuationType.WALL_CLOCK_TIME, time -> handle(new DispatcherEvent.Tick()));
    context.schedule(HEARTBEAT_CHECK, PunctuationType.WALL_CLOCK_TIME, time -> hearWorkers());
  }

  @Override
  public void process(Record<byte[], SpecificRecord> record) {
    event(record.value()).ifPresent(this::handle);
  }

  private static Optional<DispatcherEvent> event(@Nullable SpecificRecord value) {
    return switch (value) {
      case RequestSubmitted r -> Optional.of(new DispatcherEvent.Submitted(r));
      case CancelRequest r -> Optional.of(new DispatcherEvent.CancelAsked(r));
      case CancelBatch r -> Optional.of(new DispatcherEvent.BatchCancelAsked(r));
      case AttemptStarted r -> Optional.of(new DispatcherEvent.Started(r));
      case AttemptRefused r -> Optional.of(new DispatcherEvent.Refused(r));
      case AttemptReplied r -> Optional.of(new DispatcherEvent.Replied(r));
      case CallbackReplied r -> Optional.of(new DispatcherEvent.CallbackAnswered(r));
      case WorkerLost r -> Optional.of(new DispatcherEvent.Lost(r));
      case AttemptOverdue r -> Optional.of(new DispatcherEvent.Overdue(r));
      // Newer versions may put more on these topics.
      case null, default -> Optional.empty();
    };
  }

  private void hearWorkers() {
    var running = running();
    try (var all = running.workers().all()) {
      all.forEachRemaining(entry -> handle(new DispatcherEvent.Heartbeat(entry.value.value())));
    }
  }

  private void handle(DispatcherEvent event) {
    var running = running();
    List<Decision> made = running.dispatcher().on(event, running.now());
    for (var decision : made) {
      forward(decision, running.context());
    }
    if (!made.isEmpty()) {
      decisions.increment(made.size());
    }
  }

  private void forward(Decision decision, ProcessorContext<byte[], Outgoing> context) {
    switch (decision) {
      case Decision.WriteAttempt d ->
          send(
              context,
              d.attempt().getRequestId(),
              d.attempt().getRequestId(),
              targets.attempts(d.attempt(), d.slot()));
      case Decision.OrderAbort d ->
          send(
              context,
              d.order().getAttemptId(),
              d.order().getRequestId(),
              targets.of(targets.cancellations(), d.order()));
      case Decision.PublishResult d -> {
        var id = d.result().getRequestId();
        send(context, d.result().getAccount(), id, targets.of(targets.results(), d.result()));
        d.responseTopic().ifPresent(topic -> send(context, id, id, targets.of(topic, d.result())));
      }
      case Decision.ShowState d ->
          send(
              context,
              d.change().getAccount(),
              d.change().getRequestId(),
              targets.of(targets.results(), d.change()));
      case Decision.WriteLedger d ->
          send(
              context,
              d.entry().getAccount(),
              d.entry().getRequestId(),
              targets.of(targets.ledger(), d.entry()));
      case Decision.RequestCallback d ->
          send(
              context,
              d.callback().getRequestId(),
              d.callback().getRequestId(),
              targets.of(targets.callbacks(), d.callback()));
      case Decision.BuryDeadLetter d ->
          send(
              context,
              d.letter().getRequest().getAccount(),
              d.letter().getRequest().getRequestId(),
              targets.of(targets.deadLetters(), d.letter()));
      case Decision.DeclareOverdue d ->
          send(
              context,
              d.attempt().getAccount(),
              d.attempt().getRequestId(),
              targets.of(targets.replies(), d.attempt()));
      case Decision.DeclareLost d ->
          send(
              context,
              d.worker().getWorker(),
              "",
              new Outgoing(
                  targets.replies(), d.worker(), OptionalInt.of(context.taskId().partition())));
    }
  }

  private static void send(
      ProcessorContext<byte[], Outgoing> context, String key, String requestId, Outgoing outgoing) {
    var headers = new RecordHeaders();
    Topic.nameRequest(headers, requestId);
    context.forward(
        new Record<>(
            key.getBytes(StandardCharsets.UTF_8),
            outgoing,
            context.currentSystemTimeMs(),
            headers));
  }

  private Assigned running() {
    var running = assigned;
    if (running == null) {
      throw new IllegalStateException("not initialised");
    }
    return running;
  }
}
