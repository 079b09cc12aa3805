package io.millrace.workers;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.Service;
import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Lane;
import io.millrace.schemas.Topic;
import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.blobs.AnswerBodies;
import io.millrace.workers.blobs.AttemptBodies;
import io.millrace.workers.http.AddressResolver;
import io.millrace.workers.http.AttemptRunner;
import io.millrace.workers.http.CallbackSender;
import io.millrace.workers.http.EventLoops;
import io.millrace.workers.http.MediaFetcher;
import io.millrace.workers.kafka.AttemptConsumer;
import io.millrace.workers.kafka.CallbackConsumer;
import io.millrace.workers.kafka.CancellationReader;
import io.millrace.workers.kafka.Heartbeats;
import io.millrace.workers.kafka.ReplyPublisher;
import io.millrace.workers.metrics.ProviderMetrics;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker process: for each of its providers a consumer of attempts and a runner of calls;
 * beside them heartbeats, orders to cancel, and callbacks.
 */
public final class WorkersService implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(WorkersService.class);

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration GOODBYE_TIMEOUT = Duration.ofSeconds(5);
  private static final String CALLBACKS = "callbacks";
  private static final int CANCEL_ORDERS_MAX = 100_000;
  private static final long CANCEL_ORDER_AGE_MS_MAX = Duration.ofMinutes(15).toMillis();
  private static final long DRAIN_CHECK_NANOS = 5_000_000;

  private final MillraceConfig config;
  private final KafkaClients kafka;
  private final Topics topics;
  private final Vertx vertx;
  private final MeterRegistry metrics;
  private final BlobStore blobs;
  private final Clock clock;
  private final WorkerIdentity worker;
  private final List<ProviderConfig> providers;
  private final ProviderAdapters adapters = ProviderAdapters.installed();
  private final CancelOrders orders = new CancelOrders(CANCEL_ORDERS_MAX, CANCEL_ORDER_AGE_MS_MAX);

  private final List<AttemptConsumer> consumers = new ArrayList<>();
  private final List<AttemptRunner> runners = new ArrayList<>();
  private final List<AutoCloseable> closeables = new ArrayList<>();
  private volatile Parts parts = Parts.NONE;

  /** What exists between start and stop. */
  private sealed interface Parts {
    Parts NONE = new None();

    record None() implements Parts {}

    record Started(
        ReplyPublisher publisher,
        Heartbeats heartbeats,
        CancellationReader cancellations,
        CallbackConsumer callbacks)
        implements Parts {}
  }

  /**
   * @throws IllegalArgumentException when a provider is of an unknown kind or an account's callback
   *     secret is malformed
   */
  public WorkersService(
      MillraceConfig config,
      KafkaClients kafka,
      Topics topics,
      Vertx vertx,
      MeterRegistry metrics,
      BlobStore blobs,
      Clock clock) {
    this.config = config;
    this.kafka = kafka;
    this.topics = topics;
    this.vertx = vertx;
    this.metrics = metrics;
    this.blobs = blobs;
    this.clock = clock;
    this.worker = WorkerIdentity.born(config.workers().name());
    this.providers =
        config.providers().stream()
            .filter(
                p ->
                    config.workers().providers().isEmpty()
                        || config.workers().providers().contains(p.name()))
            .toList();
    providers.forEach(this::check);
  }

  @Override
  public String name() {
    return "workers";
  }

  @Override
  public void start() {
    try {
      var started = startParts();
      for (var consumer : consumers) {
        consumer.start(START_TIMEOUT);
      }
      started.callbacks().start(START_TIMEOUT);
      LOG.atInfo()
          .addKeyValue("worker", worker.name())
          .addKeyValue("incarnation", worker.incarnation())
          .addKeyValue("providers", names())
          .log("workers ready");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the first heartbeat is not acknowledged", e);
    }
  }

  @Override
  public boolean isReady() {
    return parts instanceof Parts.Started started
        && started.cancellations().isRunning()
        && started.callbacks().isRunning()
        && consumers.stream().allMatch(AttemptConsumer::isRunning);
  }

  @Override
  public void stop() {
    if (!(parts instanceof Parts.Started started)) {
      return;
    }
    parts = Parts.NONE;
    try {
      started.callbacks().stop();
      for (var consumer : consumers) {
        consumer.stop();
      }
      drain(started.publisher());
      started.heartbeats().stop(GOODBYE_TIMEOUT);
      started.cancellations().stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeAll();
    }
  }

  private Parts.Started startParts()
      throws InterruptedException, ExecutionException, TimeoutException {
    var producer = producer();
    closeables.add(() -> producer.close(GOODBYE_TIMEOUT));
    var answers = new AnswerBodies(blobs);
    closeables.add(answers);
    var publisher = new ReplyPublisher(producer, topics, worker, answers, clock);
    var heartbeats = new Heartbeats(publisher, names(), this::inFlight);
    var cancellations =
        new CancellationReader(
            topics.cancellations(), kafka.consumer(Map.of()), orders, this::abort, clock);
    var loops = EventLoops.of(vertx);
    var sender =
        new CallbackSender(
            vertx, loops, config.callbacks(), AddressResolver.system(), signatures(), clock);
    closeables.add(sender);
    var callbacks =
        new CallbackConsumer(
            topics.callbacks(), config.callbacks(), consumer(CALLBACKS), sender, publisher);
    var media = new MediaFetcher(vertx, config.media(), AddressResolver.system());
    closeables.add(media);
    var bodies = new AttemptBodies(blobs, config.media());
    closeables.add(bodies);
    for (var provider : providers) {
      add(provider, loops, media, bodies, publisher);
    }
    var started = new Parts.Started(publisher, heartbeats, cancellations, callbacks);
    parts = started;
    cancellations.start();
    heartbeats.start(START_TIMEOUT);
    return started;
  }

  private void check(ProviderConfig provider) {
    adapters.adapterFor(provider);
    if (provider.name().equals(CALLBACKS)) {
      throw new IllegalArgumentException(
          "providers[].name cannot be " + CALLBACKS + ": that consumer group is taken");
    }
  }

  private void add(
      ProviderConfig provider,
      EventLoops loops,
      MediaFetcher media,
      AttemptBodies bodies,
      ReplyPublisher publisher) {
    var runner =
        new AttemptRunner(
            vertx,
            loops,
            provider,
            adapters.adapterFor(provider),
            media,
            Optional.of(bodies),
            clock);
    var meters = new ProviderMetrics(metrics, provider.name());
    Map<Lane, Topic<AttemptRequested>> lanes = new EnumMap<>(Lane.class);
    for (var lane : Lane.values()) {
      lanes.put(lane, topics.attempts(provider.name(), lane));
    }
    var consumer =
        new AttemptConsumer(
            provider,
            config.topics().slotsPerProvider(),
            lanes,
            consumer(provider.name()),
            runner,
            publisher,
            orders,
            meters,
            clock);
    meters.watchInFlight(consumer::inFlight);
    runners.add(runner);
    consumers.add(consumer);
    closeables.add(runner);
  }

  private void abort(String attemptId) {
    if (runners.stream().noneMatch(runner -> runner.cancel(attemptId))) {
      consumers.forEach(AttemptConsumer::wake);
    }
  }

  /** Waits for running calls and their replies, up to the limit; what still runs is in doubt. */
  private void drain(ReplyPublisher publisher) throws InterruptedException {
    long until = System.nanoTime() + config.workers().drainTimeout().toNanos();
    while ((inFlight() > 0 || publisher.unacknowledged() > 0) && System.nanoTime() - until < 0) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(DRAIN_CHECK_NANOS);
    }
    int abandoned = inFlight();
    if (abandoned > 0) {
      LOG.atWarn().addKeyValue("calls", abandoned).log("calls abandoned, left in doubt");
      runners.forEach(AttemptRunner::abandonAll);
    }
  }

  private int inFlight() {
    return consumers.stream().mapToInt(AttemptConsumer::inFlight).sum();
  }

  private List<String> names() {
    return providers.stream().map(ProviderConfig::name).toList();
  }

  private Map<String, WebhookSignature> signatures() {
    return config.accounts().stream()
        .filter(account -> !account.callbackSecret().isEmpty())
        .collect(
            Collectors.toMap(
                AccountConfig::id, account -> new WebhookSignature(account.callbackSecret())));
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return kafka.producer(
        Map.of(
            ProducerConfig.CLIENT_ID_CONFIG,
            "workers-" + worker.name(),
            // Nothing is given up: the dispatcher waits for every start and reply.
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            Integer.MAX_VALUE,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            TopicSpec.RECORD_BYTES_MAX,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            64L * 1024 * 1024,
            ProducerConfig.BATCH_SIZE_CONFIG,
            64 * 1024));
  }

  private KafkaConsumer<byte[], byte[]> consumer(String of) {
    var overrides = new HashMap<String, Object>();
    overrides.put(ConsumerConfig.GROUP_ID_CONFIG, config.topics().prefix() + "workers." + of);
    // A static member that dies and comes back gets its partitions again without a rebalance.
    overrides.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, worker.name() + "." + of);
    overrides.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    // Gives the same partition numbers of all lanes to one member.
    overrides.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RangeAssignor.class.getName());
    overrides.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6000);
    overrides.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 500);
    overrides.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    overrides.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 128);
    overrides.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 * 1024 * 1024);
    overrides.put(ConsumerConfig.CLIENT_ID_CONFIG, "workers-" + worker.name() + "-" + of);
    return kafka.consumer(overrides);
  }

  private void closeAll() {
    for (var closeable : closeables.reversed()) {
      try {
        closeable.close();
      } catch (Exception e) {
        LOG.atWarn().addKeyValue("error", e.toString()).log("part did not close in order");
      }
    }
    closeables.clear();
  }
}
