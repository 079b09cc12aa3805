package io.millrace.workers;

import static io.millrace.workers.Attempts.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.blobs.BlobStores;
import io.millrace.schemas.AttemptIds;
import io.millrace.schemas.AttemptRefused;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.AttemptStarted;
import io.millrace.schemas.CallbackReplied;
import io.millrace.schemas.CallbackRequested;
import io.millrace.schemas.CancelAttempt;
import io.millrace.schemas.InMemorySchemaIds;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RefusalReason;
import io.millrace.schemas.StreamDelta;
import io.millrace.schemas.TopicSpec;
import io.millrace.schemas.Topics;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.WorkerHeartbeat;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.AccountLimits;
import io.millrace.schemas.config.CallbacksConfig;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.ProviderLimits;
import io.millrace.schemas.config.TopicsConfig;
import io.millrace.schemas.config.WorkersConfig;
import io.millrace.testkit.KafkaBroker;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole module between a real broker and a real HTTP server. */
class WorkersServiceIT {

  @TempDir private static Path blobs;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Clock CLOCK = Clock.systemUTC();
  private static final List<Lane> LANES = List.of(Lane.values());
  private static final String ANSWER =
      """
      {"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hey"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}""";

  private final Vertx vertx = Vertx.vertx();
  private final KafkaClients kafka = KafkaBroker.shared().clients();
  private final TopicsConfig topicsConfig =
      new TopicsConfig(KafkaBroker.prefix(WorkersServiceIT.class), 2, 4, 1);
  private final Topics topics = new Topics(topicsConfig, new InMemorySchemaIds());
  private final KafkaProducer<byte[], byte[]> producer = kafka.producer(Map.of());
  private final List<KafkaConsumer<byte[], byte[]>> readers = new ArrayList<>();
  private final List<SpecificRecord> replies = new ArrayList<>();
  private final List<WorkersService> services = new ArrayList<>();
  private final Map<String, AtomicInteger> callsByRequest = new ConcurrentHashMap<>();
  private final Queue<HttpServerRequest> held = new ConcurrentLinkedQueue<>();
  private final AtomicInteger hooks = new AtomicInteger();
  private volatile boolean isHolding;
  private KafkaConsumer<byte[], byte[]> repliesReader;
  private int port;

  @BeforeEach
  void open() throws Exception {
    kafka.createMissing(
        topics.catalogue(List.of("sim")).stream().map((TopicSpec s) -> s.toNewTopic(1)).toList());
    repliesReader = reader(topics.replies().name());
    port =
        vertx
            .createHttpServer()
            .requestHandler(this::onCall)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS)
            .actualPort();
  }

  @AfterEach
  void close() throws Exception {
    services.forEach(WorkersService::stop);
    readers.forEach(KafkaConsumer::close);
    producer.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void shouldStartThenReplyWhenAnAttemptIsWritten() {
    // Given
    var service = started("w1", 100);
    // When
    write(attempt(1), 0);
    // Then
    awaitReplies(2);
    assertThat(replies.get(0)).isInstanceOf(AttemptStarted.class);
    assertThat(replies.get(1))
        .isInstanceOfSatisfying(
            AttemptReplied.class,
            reply -> {
              assertThat(reply.getVerdict()).isEqualTo(Verdict.COMPLETED);
              assertThat(reply.getAttemptId()).isEqualTo("req_1.1");
              assertThat(reply.getWorker()).isEqualTo("w1");
            });
    assertThat(service.isReady()).isTrue();
  }

  @Test
  void shouldRefuseWithoutACallWhenTheAttemptIsLate() {
    // Given
    started("w1", 100);
    // When
    write(attempt(1, CLOCK.instant().minusMillis(1), false), 0);
    // Then
    awaitReplies(1);
    assertThat(replies.get(0))
        .isInstanceOfSatisfying(
            AttemptRefused.class, r -> assertThat(r.getReason()).isEqualTo(RefusalReason.LATE));
    assertThat(callsByRequest).isEmpty();
  }

  @Test
  void shouldAbortTheCallAndRefuseTheWaitingWhenCancelled() {
    // Given one call that runs and one attempt behind it
    isHolding = true;
    started("w1", 1);
    write(attempt(1), 0);
    await().atMost(PATIENCE).until(() -> held.size() == 1);
    write(attempt(2), 0);
    // When
    cancel(2);
    cancel(1);
    // Then
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              readReplies();
              assertThat(ofType(AttemptReplied.class).map(AttemptReplied::getVerdict))
                  .containsExactly(Verdict.CANCELLED);
              assertThat(ofType(AttemptRefused.class).map(AttemptRefused::getReason))
                  .containsExactly(RefusalReason.CANCELLED);
            });
    assertThat(callsByRequest).containsOnlyKeys("req_1");
  }

  @Test
  void shouldPublishDeltasWhenStreaming() {
    // Given
    started("w1", 100);
    // When
    write(attempt(1, CLOCK.instant().plusSeconds(30), true), 0);
    // Then
    awaitReplies(2);
    assertThat(ofType(AttemptReplied.class).map(AttemptReplied::getDeltas)).containsExactly(1);
    var deltas = new ArrayList<StreamDelta>();
    var reader = reader(topics.deltas().name());
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              for (var record : reader.poll(Duration.ofMillis(100))) {
                deltas.add(topics.deltas().serde().fromBytes(record.value()));
              }
              assertThat(deltas).hasSize(1);
              assertThat(deltas.getFirst().getSequence()).isEqualTo(1);
            });
  }

  @Test
  void shouldCallOnceForEachWhenAWorkerJoinsAndOneLeaves() {
    // Given
    int count = 2000;
    var first = started("w1", 64);
    for (int i = 0; i < count / 2; i++) {
      write(attempt(i), i % 4);
    }
    // When
    started("w2", 64);
    for (int i = count / 2; i < count; i++) {
      write(attempt(i), i % 4);
    }
    first.stop();
    // Then
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              readReplies();
              assertThat(ofType(AttemptReplied.class).map(AttemptReplied::getRequestId).distinct())
                  .hasSize(count);
            });
    assertThat(ofType(AttemptReplied.class)).hasSize(count);
    assertThat(callsByRequest.values()).allSatisfy(calls -> assertThat(calls).hasValue(1));
  }

  @Test
  void shouldLeaveRunningCallsInDoubtWhenTheyOutliveTheDrain() {
    // Given
    isHolding = true;
    var service = started("w1", 10);
    write(attempt(1), 0);
    await().atMost(PATIENCE).until(() -> held.size() == 1);
    // When
    service.stop();
    // Then
    var beats = new ArrayList<WorkerHeartbeat>();
    var reader = reader(topics.workers().name());
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              for (var record : reader.poll(Duration.ofMillis(100))) {
                beats.add(topics.workers().serde().fromBytes(record.value()));
              }
              assertThat(beats).isNotEmpty();
              assertThat(beats.getFirst().getLeaving()).isFalse();
              assertThat(beats.getLast().getLeaving()).isTrue();
              assertThat(beats.getLast().getInFlight()).isEqualTo(1);
            });
    readReplies();
    assertThat(replies).hasSize(1).first().isInstanceOf(AttemptStarted.class);
  }

  @Test
  void shouldDeliverCallbacksWhenAsked() {
    // Given
    started("w1", 10);
    var callback =
        CallbackRequested.newBuilder()
            .setCallbackId("wh_1")
            .setRequestId("req_1")
            .setAccount("acme")
            .setUrl("http://127.0.0.1:" + port + "/hook")
            .setEventType("request.completed")
            .setNumber(1)
            .setWrittenAt(CLOCK.instant())
            .setPayload(utf8("{}"))
            .build();
    // When
    producer.send(topics.callbacks().record("req_1", callback, "req_1"));
    // Then
    awaitReplies(1);
    assertThat(replies.getFirst())
        .isInstanceOfSatisfying(
            CallbackReplied.class,
            reply -> {
              assertThat(reply.getDelivered()).isTrue();
              assertThat(reply.getHttpStatus()).hasValue(200);
            });
    assertThat(hooks).hasValue(1);
  }

  private WorkersService started(String name, int concurrencyMax) {
    var provider =
        ProviderConfig.of("sim", "simulator", "http://127.0.0.1:" + port + "/v1")
            .withLimits(
                new ProviderLimits(
                    ProviderLimits.UNLIMITED, ProviderLimits.UNLIMITED, concurrencyMax));
    var account =
        new AccountConfig(
            "acme",
            List.of(),
            List.of(),
            AccountLimits.defaults(),
            1,
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    var config =
        MillraceConfig.defaults()
            .withTopics(topicsConfig)
            .withAccounts(List.of(account))
            .withCallbacks(new CallbacksConfig(true, 3, Duration.ofSeconds(5), 8, 4))
            .withWorkers(new WorkersConfig(name, List.of(), Duration.ofSeconds(1)))
            .withProviders(List.of(provider), List.of(), List.of());
    var service =
        new WorkersService(
            config,
            kafka,
            topics,
            vertx,
            new SimpleMeterRegistry(),
            BlobStores.at("", blobs),
            CLOCK);
    services.add(service);
    service.start();
    return service;
  }

  private void onCall(HttpServerRequest request) {
    if (request.path().equals("/hook")) {
      hooks.incrementAndGet();
      request.response().end();
      return;
    }
    callsByRequest
        .computeIfAbsent(request.getHeader("x-client-request-id"), id -> new AtomicInteger())
        .incrementAndGet();
    if (isHolding) {
      held.add(request);
    } else {
      request.response().putHeader("content-type", "application/json").end(ANSWER);
    }
  }

  private static AttemptRequested attempt(int i) {
    return attempt(i, CLOCK.instant().plusSeconds(60), false);
  }

  private static AttemptRequested attempt(int i, Instant startBy, boolean stream) {
    var requestId = "req_" + i;
    return Attempts.anAttempt()
        .setAttemptId(AttemptIds.of(requestId, 1))
        .setRequestId(requestId)
        .setStream(stream)
        .setLane(LANES.get(i % LANES.size()))
        .setWrittenAt(CLOCK.instant())
        .setStartBy(startBy)
        .build();
  }

  private void write(AttemptRequested attempt, int slot) {
    var topic = topics.attempts("sim", attempt.getLane());
    var key = attempt.getRequestId().getBytes(StandardCharsets.UTF_8);
    producer.send(new ProducerRecord<>(topic.name(), slot, key, topic.serde().toBytes(attempt)));
  }

  private void cancel(int i) {
    var requestId = "req_" + i;
    var order =
        new CancelAttempt(
            AttemptIds.of(requestId, 1), requestId, "acme", CLOCK.instant(), "cancelled");
    producer.send(topics.cancellations().record(order.getAttemptId(), order, requestId));
    producer.flush();
  }

  private void awaitReplies(int count) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              readReplies();
              assertThat(replies).hasSize(count);
            });
  }

  private void readReplies() {
    var topic = topics.replies();
    for (var record : repliesReader.poll(Duration.ofMillis(50))) {
      replies.add(topic.serde().fromBytes(record.value()));
    }
  }

  private <T> Stream<T> ofType(Class<T> type) {
    return replies.stream().filter(type::isInstance).map(type::cast);
  }

  private KafkaConsumer<byte[], byte[]> reader(String topic) {
    var reader = kafka.consumer(Map.of("auto.offset.reset", "earliest"));
    var partitions =
        reader.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList();
    reader.assign(partitions);
    reader.seekToBeginning(partitions);
    readers.add(reader);
    return reader;
  }
}
