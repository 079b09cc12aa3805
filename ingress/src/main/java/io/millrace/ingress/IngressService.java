package io.millrace.ingress;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.Service;
import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.ingress.batches.BatchClerk;
import io.millrace.ingress.blobs.BlobThreads;
import io.millrace.ingress.blobs.ClaimCheck;
import io.millrace.ingress.http.Admission;
import io.millrace.ingress.http.Backend;
import io.millrace.ingress.http.HttpFace;
import io.millrace.ingress.kafka.BlobRemovals;
import io.millrace.ingress.kafka.CostView;
import io.millrace.ingress.kafka.DeltaHistory;
import io.millrace.ingress.kafka.LogEnds;
import io.millrace.ingress.kafka.ReplyTail;
import io.millrace.ingress.kafka.RequestProducer;
import io.millrace.ingress.kafka.RequestView;
import io.millrace.ingress.kafka.ResponseTopics;
import io.millrace.ingress.kafka.ViewListeners;
import io.millrace.ingress.kafka.ViewStreams;
import io.millrace.ingress.kafka.ViewTopology;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.MillraceConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ingress: clients' calls in, requests on the log, answers out. Wires the parts by hand and starts
 * them in the order in which they need each other; a stop takes the reverse.
 */
public final class IngressService implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(IngressService.class);
  private static final Duration DRAIN_MAX = Duration.ofSeconds(10);
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);
  private static final Duration LISTEN_TIMEOUT = Duration.ofSeconds(30);
  private static final long TOPICS_REFRESH_MS = 30_000;

  private final MillraceConfig config;
  private final KafkaClients kafka;
  private final Topics topics;
  private final Vertx vertx;
  private final MeterRegistry metrics;
  private final Path dataDirectory;
  private final BlobStore blobs;
  private final CallPrices prices;
  private final Clock clock;
  private final Optional<String> adminKeySha256;
  private final Admission admission;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final List<HttpFace> faces = new ArrayList<>();
  private final List<String> deployments = new ArrayList<>();
  private volatile @Nullable ViewStreams view;
  private volatile @Nullable ReplyTail tail;
  private volatile boolean isServing;

  /**
   * @param dataDirectory where the status view keeps its state
   * @param blobs where files and large bodies are; used by all services
   * @param prices what calls will cost, for estimates
   * @param adminKeySha256 SHA-256 of the key for /admin, hexadecimal
   */
  public IngressService(
      MillraceConfig config,
      KafkaClients kafka,
      Topics topics,
      Vertx vertx,
      MeterRegistry metrics,
      Path dataDirectory,
      BlobStore blobs,
      CallPrices prices,
      Clock clock,
      Optional<String> adminKeySha256) {
    this.config = config;
    this.kafka = kafka;
    this.topics = topics;
    this.vertx = vertx;
    this.metrics = metrics;
    this.dataDirectory = dataDirectory;
    this.blobs = blobs;
    this.prices = prices;
    this.clock = clock;
    this.adminKeySha256 = adminKeySha256;
    this.admission = new Admission(config.ingress(), metrics);
  }

  @Override
  public String name() {
    return "ingress";
  }

  /** The port that clients call; known after the start. */
  public int port() {
    return faces.isEmpty() ? -1 : faces.getFirst().port();
  }

  @Override
  public void start() {
    var backend = startBackend();
    // Faces that ask for the same negative port share one free port.
    int port = config.http().port() > 0 ? config.http().port() : -1 - (hashCode() & 0xffff);
    for (int i = 0; i < config.ingress().eventLoops(); i++) {
      var face = new HttpFace(backend, port);
      deployments.add(await(vertx.deployVerticle(face), LISTEN_TIMEOUT));
      faces.add(face);
    }
    isServing = true;
  }

  private Backend startBackend() {
    var listeners = new ViewListeners();
    var positions =
        LogEnds.read(kafka, topics.requests().name(), ViewStreams.applicationId(config.topics()));
    var blobThreads = started(new BlobThreads());
    var producer =
        started(
            new RequestProducer(
                kafka,
                topics.requests(),
                config.ingress(),
                positions,
                new ClaimCheck(blobs, blobThreads),
                metrics));
    producer.warm();
    var costs = started(new CostView(kafka, topics, clock));
    costs.start();
    var replies = started(new ReplyTail(kafka, topics, listeners.news()));
    replies.start();
    tail = replies;
    var topology =
        ViewTopology.build(
            topics,
            config.ingress().resultRetention(),
            positions,
            listeners,
            started(new BlobRemovals(blobs)));
    var streams =
        started(
            new ViewStreams(
                topology, kafka, config.topics(), dataDirectory, instance(), applicationServer()));
    streams.start();
    view = streams;
    var responseTopics = started(new ResponseTopics(kafka, topics, config.accounts()));
    responseTopics.refresh();
    long refresh = vertx.setPeriodic(TOPICS_REFRESH_MS, timer -> responseTopics.refresh());
    parts.push(() -> vertx.cancelTimer(refresh));
    var history = started(new DeltaHistory(kafka, topics));
    history
        .warm()
        .whenComplete(
            (done, e) -> {
              if (e != null) {
                LOG.atDebug().addKeyValue("error", e.toString()).log("history is not warm");
              }
            });
    var requestView =
        started(
            new RequestView(streams, positions, topics, config.ingress().resultRetention(), clock));
    var clerk =
        started(new BatchClerk(config, blobs, producer, requestView, listeners, metrics, clock));
    clerk.start();
    return new Backend(
        config,
        config.routesByModel(),
        new Keys(config.accounts(), adminKeySha256),
        admission,
        producer,
        requestView,
        listeners,
        history,
        costs,
        responseTopics::isOwn,
        blobs,
        blobThreads,
        prices,
        clock);
  }

  private <T extends AutoCloseable> T started(T part) {
    parts.push(part);
    return part;
  }

  /** Different for every process, the same after a restart. */
  private String instance() {
    return applicationServer().replace(':', '-');
  }

  private String applicationServer() {
    try {
      return InetAddress.getLocalHost().getHostName() + ":" + config.http().port();
    } catch (UnknownHostException e) {
      return config.http().host() + ":" + config.http().port();
    }
  }

  @Override
  public boolean isReady() {
    var streams = view;
    var replies = tail;
    return isServing
        && streams != null
        && streams.isRunning()
        && replies != null
        && replies.isRunning();
  }

  @Override
  public void stop() {
    isServing = false;
    faces.forEach(HttpFace::drain);
    if (!admission.awaitNobodyWaits(DRAIN_MAX)) {
      faces.forEach(HttpFace::abandon);
      admission.awaitNobodyWaits(LAST_ANSWERS);
    }
    for (var deployment : deployments) {
      try {
        await(vertx.undeploy(deployment), LISTEN_TIMEOUT);
      } catch (IllegalStateException e) {
        LOG.atWarn().addKeyValue("error", e.getMessage()).log("http did not stop in order");
      }
    }
    deployments.clear();
    faces.clear();
    while (!parts.isEmpty()) {
      close(parts.pop());
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.atWarn().setCause(e).log("part of ingress did not stop in order");
    }
  }

  private static <T> T await(Future<T> future, Duration timeout) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("ingress cannot listen: " + e.getMessage(), e);
    }
  }
}
