package io.millrace.workers.kafka;

import io.millrace.schemas.CallbackRequested;
import io.millrace.schemas.Topic;
import io.millrace.schemas.config.CallbacksConfig;
import io.millrace.workers.OffsetTracker;
import io.millrace.workers.http.CallbackSender;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has callbacks delivered, at least once each: an offset is committed when the outcome of it and of
 * all before it is on the log. It never delivers again by itself; the dispatcher decides that and
 * writes another record. A slow host holds up its own callbacks only, within a bound.
 */
public final class CallbackConsumer {

  private static final Logger LOG = LoggerFactory.getLogger(CallbackConsumer.class);

  /** Callbacks that may wait here for their host before reading pauses. */
  private static final int WAITING_MAX = 1000;

  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final Topic<CallbackRequested> topic;
  private final CallbacksConfig config;
  private final Consumer<byte[], byte[]> consumer;
  private final CallbackSender sender;
  private final ReplyPublisher publisher;
  private final Thread thread;
  private final CountDownLatch joined = new CountDownLatch(1);
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final Map<String, Host> hosts = new LinkedHashMap<>();
  private final Map<TopicPartition, OffsetTracker> offsets = new HashMap<>();
  private int waiting;
  private int running;
  private boolean isPaused;
  private volatile boolean isStopping;
  private volatile boolean isRunning;

  private record Read(TopicPartition partition, long offset, CallbackRequested callback) {}

  /** The outcome is on the log, or sent to one host and another may be. */
  private sealed interface Ended {
    record Sent(String host) implements Ended {}

    record Logged(TopicPartition partition, long offset, OffsetTracker tracker) implements Ended {}
  }

  private static final class Host {
    private final ArrayDeque<Read> waiting = new ArrayDeque<>();
    private int running;
  }

  public CallbackConsumer(
      Topic<CallbackRequested> topic,
      CallbacksConfig config,
      Consumer<byte[], byte[]> consumer,
      CallbackSender sender,
      ReplyPublisher publisher) {
    this.topic = topic;
    this.config = config;
    this.consumer = consumer;
    this.sender = sender;
    this.publisher = publisher;
    this.thread = Thread.ofPlatform().name("callbacks").unstarted(this::run);
  }

  /** Begins to deliver. Returns when the group has given out its partitions. */
  public void start(Duration timeout) throws InterruptedException {
    isRunning = true;
    thread.start();
    if (!joined.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("no assignment of callbacks within " + timeout);
    }
  }

  /** Delivers no more; what runs is delivered again by whoever comes next. */
  public void stop() throws InterruptedException {
    isStopping = true;
    consumer.wakeup();
    thread.join();
  }

  public boolean isRunning() {
    return isRunning;
  }

  private void run() {
    try {
      consumer.subscribe(List.of(topic.name()), new Rebalance());
      while (!isStopping) {
        turn();
      }
      drain();
      commitSync();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("callbacks are not delivered any more");
    } finally {
      isRunning = false;
      close();
    }
  }

  private void turn() {
    drain();
    commitAsync();
    startWhatMay();
    pauseOrResume();
    try {
      for (var record : consumer.poll(ended.isEmpty() ? POLL_TIMEOUT : Duration.ZERO)) {
        read(record);
      }
    } catch (WakeupException e) {
      // A delivery has ended, or somebody wants this to stop.
    }
  }

  private void read(ConsumerRecord<byte[], byte[]> record) {
    var partition = new TopicPartition(record.topic(), record.partition());
    var tracker = offsets.computeIfAbsent(partition, p -> new OffsetTracker());
    tracker.read(record.offset());
    try {
      var callback = topic.serde().fromBytes(record.value());
      hosts
          .computeIfAbsent(hostOf(callback.getUrl()), h -> new Host())
          .waiting
          .addLast(new Read(partition, record.offset(), callback));
      waiting++;
    } catch (SerializationException e) {
      LOG.atError()
          .addKeyValue("partition", record.partition())
          .addKeyValue("offset", record.offset())
          .addKeyValue("error", e.getMessage())
          .log("callback cannot be read, skipped");
      tracker.ended(record.offset());
    }
  }

  private void startWhatMay() {
    for (var entry : hosts.entrySet()) {
      var host = entry.getValue();
      while (running < config.concurrencyMax()
          && host.running < config.concurrencyPerHostMax()
          && !host.waiting.isEmpty()) {
        host.running++;
        running++;
        waiting--;
        send(entry.getKey(), host.waiting.removeFirst());
      }
    }
    hosts.values().removeIf(host -> host.running == 0 && host.waiting.isEmpty());
  }

  private void send(String host, Read read) {
    var tracker = offsets.computeIfAbsent(read.partition(), p -> new OffsetTracker());
    sender
        .send(read.callback())
        .onSuccess(
            delivery -> {
              tell(new Ended.Sent(host));
              publisher
                  .callbackReplied(read.callback(), delivery)
                  .thenRun(() -> tell(new Ended.Logged(read.partition(), read.offset(), tracker)));
            });
  }

  /** On any thread. */
  private void tell(Ended what) {
    ended.add(what);
    consumer.wakeup();
  }

  private void drain() {
    for (var what = ended.poll(); what != null; what = ended.poll()) {
      switch (what) {
        case Ended.Sent sent -> {
          running--;
          var host = hosts.get(sent.host());
          if (host != null) {
            host.running--;
          }
        }
        case Ended.Logged logged -> logged.tracker().ended(logged.offset());
      }
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> advanced() {
    var next = new HashMap<TopicPartition, OffsetAndMetadata>();
    offsets.forEach(
        (partition, tracker) ->
            tracker.advance().ifPresent(to -> next.put(partition, new OffsetAndMetadata(to))));
    return next;
  }

  private void commitAsync() {
    var next = advanced();
    if (!next.isEmpty()) {
      // One that fails is made good by the next, or its callbacks are delivered once more.
      consumer.commitAsync(next, (done, failure) -> {});
    }
  }

  private void commitSync() {
    var next = new HashMap<TopicPartition, OffsetAndMetadata>();
    offsets.forEach(
        (partition, tracker) ->
            tracker.position().ifPresent(to -> next.put(partition, new OffsetAndMetadata(to))));
    for (int tries = 0; !next.isEmpty() && tries < 3; tries++) {
      try {
        consumer.commitSync(next, CLOSE_TIMEOUT);
        return;
      } catch (WakeupException e) {
        // A delivery has ended; that can wait.
      } catch (KafkaException e) {
        return;
      }
    }
  }

  private void pauseOrResume() {
    if (!isPaused && waiting >= WAITING_MAX) {
      isPaused = true;
      consumer.pause(consumer.assignment());
    } else if (isPaused && waiting <= WAITING_MAX / 2) {
      isPaused = false;
      consumer.resume(consumer.assignment());
    }
  }

  private void close() {
    try {
      consumer.close(
          CloseOptions.timeout(CLOSE_TIMEOUT)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("error", e.toString()).log("consumer did not close in order");
    }
  }

  private static String hostOf(String url) {
    try {
      var host = URI.create(url).getHost();
      return host == null ? "" : host.toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private final class Rebalance implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      drain();
      commitSync();
      onPartitionsLost(revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
      lost.forEach(offsets::remove);
      for (var host : hosts.values()) {
        host.waiting.removeIf(read -> lost.contains(read.partition()));
      }
      waiting = hosts.values().stream().mapToInt(host -> host.waiting.size()).sum();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      isPaused = false;
      joined.countDown();
    }
  }
}
