package io.millrace.workers.kafka;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RefusalReason;
import io.millrace.schemas.Topic;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.CancelOrders;
import io.millrace.workers.LaneBuffers;
import io.millrace.workers.SlotShare;
import io.millrace.workers.Throttle;
import io.millrace.workers.TokenEstimate;
import io.millrace.workers.http.AttemptRunner;
import io.millrace.workers.metrics.ProviderMetrics;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes attempts for one provider, as many as it has slots and permits for. Taking is a written
 * intent: the start is published and the offset committed at the same time, and the call is made
 * when both are acknowledged. One thread runs all of this; calls and acknowledgements come back to
 * it as facts in a queue.
 */
public final class AttemptConsumer {

  private static final Logger LOG = LoggerFactory.getLogger(AttemptConsumer.class);

  private static final int LANE_COUNT_ENOUGH = 128;
  private static final long LANE_BYTES_ENOUGH = 8 * 1024 * 1024;

  /** More than one hides the way to the broker and back; few make the batches large under load. */
  private static final int COMMITS_AT_ONCE_MAX = 4;

  private static final long POLL_NANOS_MAX = 500_000_000;
  private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(5);

  private final ProviderConfig provider;
  private final int partitions;
  private final Map<String, Lane> laneOfTopic = new HashMap<>();
  private final Map<Lane, Topic<AttemptRequested>> topicOfLane;
  private final Consumer<byte[], byte[]> consumer;
  private final AttemptCalls calls;
  private final CancelOrders orders;
  private final Clock clock;
  private final Thread thread;

  private final LaneBuffers<ReadAttempt> buffers =
      new LaneBuffers<>(LANE_COUNT_ENOUGH, LANE_BYTES_ENOUGH, ReadAttempt::bytes);
  private final EnumSet<Lane> pausedLanes = EnumSet.noneOf(Lane.class);
  private final TakenOffsets offsets;
  private Throttle throttle;

  private final Queue<CallEnd> ends = new ConcurrentLinkedQueue<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicBoolean isWoken = new AtomicBoolean();
  private final CountDownLatch joined = new CountDownLatch(1);
  private volatile boolean somethingWaits;
  private volatile boolean isStopping;
  private volatile boolean isRunning;

  /**
   * @param partitions partitions of each attempts topic of the provider
   */
  public AttemptConsumer(
      ProviderConfig provider,
      int partitions,
      Map<Lane, Topic<AttemptRequested>> topicOfLane,
      Consumer<byte[], byte[]> consumer,
      AttemptRunner runner,
      ReplyPublisher publisher,
      CancelOrders orders,
      ProviderMetrics metrics,
      Clock clock) {
    this.provider = provider;
    this.partitions = partitions;
    this.topicOfLane = Map.copyOf(topicOfLane);
    topicOfLane.forEach((lane, topic) -> laneOfTopic.put(topic.name(), lane));
    this.consumer = consumer;
    this.calls = new AttemptCalls(runner, publisher, orders, metrics, clock, this::onCallEnd);
    this.orders = orders;
    this.clock = clock;
    this.offsets = new TakenOffsets(consumer, new Settled());
    this.throttle = Throttle.of(provider.limits(), System.nanoTime());
    this.thread = Thread.ofPlatform().name("attempts-" + provider.name()).unstarted(this::run);
  }

  /** Begins to take. Returns when the group has given out its partitions. */
  public void start(Duration timeout) throws InterruptedException {
    isRunning = true;
    thread.start();
    if (!joined.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "no assignment of attempts of provider " + provider.name() + " within " + timeout);
    }
  }

  /** Takes no more and leaves the group. Calls that run go on. */
  public void stop() throws InterruptedException {
    isStopping = true;
    consumer.wakeup();
    thread.join();
  }

  public boolean isRunning() {
    return isRunning;
  }

  /** Attempts taken and not replied to. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Looks at once at what waits, after an order to cancel. */
  public void wake() {
    if (somethingWaits && isWoken.compareAndSet(false, true)) {
      consumer.wakeup();
    }
  }

  private void run() {
    try {
      consumer.subscribe(laneOfTopic.keySet(), new Rebalance());
      while (!isStopping) {
        turn();
      }
      offsets.settleAll(SETTLE_TIMEOUT);
    } catch (RuntimeException | Error e) {
      LOG.atError()
          .addKeyValue("provider", provider.name())
          .setCause(e)
          .log("attempts are not taken any more");
      offsets.loseAll();
    } finally {
      isRunning = false;
      close();
    }
  }

  private void turn() {
    isWoken.set(false);
    drainEnds();
    long now = System.nanoTime();
    offsets.retry(now);
    long wait = Math.min(take(now), offsets.retryWaitNanos(now));
    pauseAndResume();
    somethingWaits = !buffers.isEmpty();
    // Ends that came between the draining and the line above woke nobody.
    long pollNanos = somethingWaits && !ends.isEmpty() ? 0 : Math.min(wait, POLL_NANOS_MAX);
    try {
      for (var record : consumer.poll(Duration.ofMillis((pollNanos + 999_999) / 1_000_000))) {
        read(record);
      }
    } catch (WakeupException e) {
      // Somebody has left a fact, or wants this to stop.
    }
  }

  /** Takes what can start now; nanoseconds until more can, as far as time alone decides it. */
  private long take(long nowNanos) {
    if (buffers.isEmpty() || offsets.open() >= COMMITS_AT_ONCE_MAX) {
      return Long.MAX_VALUE;
    }
    var batch = new TakenBatch();
    long nowMs = clock.millis();
    refuseHeads(batch, nowMs);
    long wait = Long.MAX_VALUE;
    for (var lane = buffers.next(); lane.isPresent(); lane = buffers.next()) {
      var head = buffers.first(lane.get());
      if (isPastUse(head, nowMs)) {
        refuse(batch, buffers.drop(lane.get()), nowMs);
        continue;
      }
      long tokens = TokenEstimate.of(head.attempt());
      wait = throttle.waitNanos(tokens, nowNanos);
      if (wait > 0) {
        break;
      }
      wait = Long.MAX_VALUE;
      throttle = throttle.started(tokens, nowNanos);
      batch.start(buffers.take(lane.get()), new TakenAttempt(head.attempt(), tokens));
    }
    if (!batch.isEmpty()) {
      inFlight.addAndGet(batch.starts().size());
      calls.publishStarts(batch);
      offsets.commit(batch);
    }
    return wait;
  }

  /** What is past use needs neither slot nor permit to be refused. */
  private void refuseHeads(TakenBatch batch, long nowMs) {
    for (var lane : Lane.values()) {
      for (var read : buffers.dropWhile(lane, head -> isPastUse(head, nowMs))) {
        refuse(batch, read, nowMs);
      }
    }
  }

  private boolean isPastUse(ReadAttempt read, long nowMs) {
    return AttemptCalls.isLate(read.attempt(), nowMs)
        || orders.contains(read.attempt().getAttemptId(), nowMs);
  }

  private void refuse(TakenBatch batch, ReadAttempt read, long nowMs) {
    boolean isCancelled = orders.contains(read.attempt().getAttemptId(), nowMs);
    batch.refuse(read, isCancelled ? RefusalReason.CANCELLED : RefusalReason.LATE);
  }

  private void read(ConsumerRecord<byte[], byte[]> record) {
    var lane = laneOfTopic.get(record.topic());
    var topic = lane == null ? null : topicOfLane.get(lane);
    if (lane == null || topic == null || record.value() == null) {
      return;
    }
    try {
      var attempt = topic.serde().fromBytes(record.value());
      var partition = new TopicPartition(record.topic(), record.partition());
      buffers.add(
          lane, new ReadAttempt(partition, record.offset(), record.value().length, attempt));
    } catch (SerializationException e) {
      // Nobody starts it, so the dispatcher will write it again.
      LOG.atError()
          .addKeyValue("topic", record.topic())
          .addKeyValue("partition", record.partition())
          .addKeyValue("offset", record.offset())
          .addKeyValue("error", e.getMessage())
          .log("attempt cannot be read, skipped");
    }
  }

  private void pauseAndResume() {
    for (var lane : Lane.values()) {
      if (!pausedLanes.contains(lane) && buffers.hasEnough(lane)) {
        pausedLanes.add(lane);
        consumer.pause(assignedOf(lane));
      } else if (pausedLanes.contains(lane) && buffers.hasRoom(lane)) {
        pausedLanes.remove(lane);
        consumer.resume(assignedOf(lane));
      }
    }
  }

  private Set<TopicPartition> assignedOf(Lane lane) {
    return consumer.assignment().stream()
        .filter(p -> laneOfTopic.get(p.topic()) == lane)
        .collect(Collectors.toSet());
  }

  private void drainEnds() {
    long now = System.nanoTime();
    for (var end = ends.poll(); end != null; end = ends.poll()) {
      throttle =
          switch (end) {
            case CallEnd.Called called ->
                throttle
                    .finished(called.tokensEstimated(), called.tokensUsed(), now)
                    .closedFor(called.closedFor().toNanos(), now)
                    .noticed(called.limits(), now);
            case CallEnd.NotCalled not -> throttle.returned(not.tokensEstimated(), now);
          };
    }
  }

  /** On any thread. */
  private void onCallEnd(CallEnd end) {
    inFlight.decrementAndGet();
    ends.add(end);
    wake();
  }

  private void close() {
    try {
      consumer.close(
          CloseOptions.timeout(SETTLE_TIMEOUT)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("provider", provider.name())
          .addKeyValue("error", e.toString())
          .log("consumer did not close in order");
    }
  }

  /** The end of a commit makes room for another, inside a poll that would go on waiting. */
  private final class Settled implements TakenOffsets.Listener {

    @Override
    public void onCommitted(TakenBatch batch) {
      calls.onCommitted(batch);
      wake();
    }

    @Override
    public void onFenced(TakenBatch batch) {
      calls.onFenced(batch);
      wake();
    }
  }

  /** Buffers and open batches live and die with the partitions they came from. */
  private final class Rebalance implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      offsets.settleAll(SETTLE_TIMEOUT);
      forget(revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
      offsets.loseAll();
      forget(lost);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      pausedLanes.clear();
      own(consumer.assignment());
      joined.countDown();
    }

    private void forget(Collection<TopicPartition> gone) {
      buffers.forget(read -> gone.contains(read.partition()));
      var kept =
          consumer.assignment().stream().filter(p -> !gone.contains(p)).collect(Collectors.toSet());
      own(kept);
    }

    private void own(Set<TopicPartition> owned) {
      var slots = owned.stream().map(TopicPartition::partition).collect(Collectors.toSet());
      throttle =
          throttle.owning(SlotShare.of(slots, partitions, provider.limits()), System.nanoTime());
      LOG.atInfo()
          .addKeyValue("provider", provider.name())
          .addKeyValue("slots", slots.size())
          .log("slots owned");
    }
  }
}
