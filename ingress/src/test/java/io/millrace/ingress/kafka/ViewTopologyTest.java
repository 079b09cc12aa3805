package io.millrace.ingress.kafka;

import static io.millrace.ingress.Records.aChange;
import static io.millrace.ingress.Records.aRequest;
import static io.millrace.ingress.Records.aResult;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.bootstrap.blobs.BlobStores;
import io.millrace.bootstrap.streams.BoundedRocksDb;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.Records;
import io.millrace.ingress.RequestIds;
import io.millrace.ingress.RequestQuery;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.StoredFile;
import io.millrace.ingress.StoredRequest;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.FileStored;
import io.millrace.schemas.InMemorySchemaIds;
import io.millrace.schemas.RequestDeleted;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.TopicsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewTopologyTest {

  private static final Duration RETENTION = Duration.ofDays(30);

  private final Topics topics = new Topics(TopicsConfig.defaults(), new InMemorySchemaIds());
  private final ViewPositions positions = new ViewPositions(1);
  private final ViewListeners listeners = new ViewListeners();

  @TempDir Path directory;
  @TempDir Path blobDirectory;
  private BlobStore blobs;
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> requests;
  private TestInputTopic<byte[], byte[]> results;

  @BeforeEach
  void start() {
    var properties = new Properties();
    properties.putAll(
        Map.of(
            StreamsConfig.APPLICATION_ID_CONFIG,
            "view",
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
            "nowhere:1",
            StreamsConfig.STATE_DIR_CONFIG,
            directory.toString(),
            StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG,
            true,
            StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG,
            BoundedRocksDb.class));
    blobs = BlobStores.at("", blobDirectory);
    driver =
        new TopologyTestDriver(
            ViewTopology.build(topics, RETENTION, positions, listeners, new BlobRemovals(blobs)),
            properties,
            Records.AT);
    var bytes = new ByteArraySerializer();
    requests = driver.createInputTopic(topics.requests().name(), bytes, bytes);
    results = driver.createInputTopic(topics.results().name(), bytes, bytes);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void shouldKeepTheFirstWhenAnIdIsSubmittedTwice() {
    // Given
    submit(keyed("req_a", "1".repeat(64)));
    // When
    submit(keyed("req_a", "2".repeat(64)));
    // Then
    assertThat(stored("req_a").fingerprint()).isEqualTo("1".repeat(64));
    assertThat(stored("req_a").offset()).isZero();
    assertThat(positions.hasReached(0, 2)).isTrue();
    assertThat(positions.hasReached(0, 3)).isFalse();
  }

  @Test
  void shouldKeepNoBodyAndAllThatIsShown() {
    // Given
    var request =
        aRequest("acme", RequestIds.fresh())
            .setStream(true)
            .setTags(Map.of("a", "b"))
            .setBody(Records.bytes("secret prompt"))
            .build();
    // When
    submit(request);
    // Then
    assertThat(stored(request.getRequestId())).isEqualTo(StoredRequest.of(request, 0));
    try (var rows = store(ViewTopology.REQUESTS).all()) {
      assertThat(new String(rows.next().value, UTF_8)).doesNotContain("secret prompt");
    }
  }

  @Test
  void shouldTellListenersOnceTheResultCanBeRead() {
    // Given
    var heard = new ArrayList<String>();
    submit(aRequest("acme", "req_a").setBatchId("bulk_1").build());
    listeners
        .news()
        .register(
            "req_a",
            news ->
                heard.add(
                    "news " + (outcome("req_a") instanceof Outcome.Finished ? "readable" : "?")));
    listeners.shown().register("req_a", news -> heard.add("shown"));
    listeners.batches().register("acme/bulk_1", () -> heard.add("batch"));
    // When
    result(aResult("acme", "req_a").setBatchId("bulk_1").build());
    // Then
    assertThat(heard).containsExactly("news readable", "shown", "batch");
  }

  @Test
  void shouldKeepTheResultWhenAChangeIsReadAfterIt() {
    // Given
    submit(aRequest("acme", "req_a").build());
    result(aChange("acme", "req_a").build());
    assertThat(outcome("req_a")).isInstanceOf(Outcome.Changed.class);
    // When
    result(aResult("acme", "req_a").build());
    result(aChange("acme", "req_a").build());
    // Then
    assertThat(outcome("req_a"))
        .isEqualTo(new Outcome.Finished(aResult("acme", "req_a").build(), 1));
  }

  @Test
  void shouldLeaveOutWhatItDoesNotKnow() {
    // When
    submit(new CancelRequest("req_a", "acme", Records.AT, "client"));
    requests.pipeInput("acme".getBytes(UTF_8), new byte[] {9, 9});
    results.pipeInput("acme".getBytes(UTF_8), new byte[] {0, 0, 0, 1, 1});
    // Then
    assertThat(positions.hasReached(0, 2)).isTrue();
    try (var rows = store(ViewTopology.REQUESTS).all()) {
      assertThat(rows.hasNext()).isFalse();
    }
  }

  @Test
  void shouldListFreshAndDerivedIdsNewestFirst() {
    // Given
    var ids = new ArrayList<String>();
    for (int i = 0; i < 6; i++) {
      // A fresh id carries the wall clock; a derived one is placed by its time of submission.
      var fresh = RequestIds.fresh();
      boolean isDerived = i % 2 == 0;
      var id = isDerived ? RequestIds.ofBatchLine("acme", "bulk_1", "c" + i) : fresh;
      var request =
          aRequest("acme", id)
              .setSubmittedAt(
                  Instant.ofEpochMilli(RequestIds.millisOf(fresh) - (isDerived ? 9 : 0)));
      submit(isDerived ? request.setBatchId("bulk_1").build() : request.build());
      ids.addFirst(id);
    }
    submit(aRequest("globex", RequestIds.fresh()).build());
    // When
    var all = list(query(null, null, 100));
    var first = list(query(null, null, 4));
    var second = list(query(null, first.requests().getLast().request().requestId(), 4));
    // Then
    assertThat(idsOf(all)).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(all.requests()).extracting(state -> -state.request().listedAt()).isSorted();
    assertThat(first.hasMore()).isTrue();
    assertThat(second.hasMore()).isFalse();
    var joined = new ArrayList<>(idsOf(first));
    joined.addAll(idsOf(second));
    assertThat(joined).isEqualTo(idsOf(all));
  }

  @Test
  void shouldFilterTheListByStatus() {
    // Given
    var done = RequestIds.fresh();
    submit(aRequest("acme", done).build());
    submit(aRequest("acme", RequestIds.fresh()).build());
    result(aResult("acme", done).build());
    // When
    var page = list(query(RequestStatus.COMPLETED, null, 10));
    // Then
    assertThat(idsOf(page)).containsExactly(done);
  }

  @Test
  void shouldRemoveWhatIsOlderThanTheRetention() {
    // Given
    submit(aRequest("acme", "req_old").setBatchId("bulk_1").build());
    result(aResult("acme", "req_old").setBatchId("bulk_1").build());
    submit(aRequest("acme", "req_young").setSubmittedAt(Records.AT.plus(RETENTION)).build());
    // When
    driver.advanceWallClockTime(RETENTION.plusMinutes(1));
    // Then
    assertThat(store(ViewTopology.REQUESTS).get(key("req_old"))).isNull();
    assertThat(store(ViewTopology.OUTCOMES).get(key("req_old"))).isNull();
    assertThat(store(ViewTopology.REQUESTS).get(key("req_young"))).isNotNull();
    try (var rows = store(ViewTopology.INDEX).all()) {
      assertThat(rows.hasNext()).isFalse();
    }
  }

  @Test
  void shouldRemoveAFileAndItsBlobWhenItsTimeIsOver() throws Exception {
    // Given
    var ref = aBlob("files/acme/1");
    var other = aBlob("files/acme/2");
    submit(aRequest("acme", RequestIds.fresh()).build());
    submit(keyed("req_a", "1".repeat(64)));
    submit(aFile("file-1", ref, Optional.of(Records.AT.plusSeconds(3600))));
    submit(aFile("file-2", other, Optional.empty()));
    assertThat(file("file-1", Records.AT)).isPresent();
    assertThat(file("file-1", Records.AT.plusSeconds(3600))).isEmpty();
    // When
    driver.advanceWallClockTime(Duration.ofSeconds(3700));
    driver.advanceWallClockTime(Duration.ofSeconds(2));
    // Then
    awaitGone(ref);
    assertThat(file("file-1", Records.AT)).isEmpty();
    assertThat(file("file-2", Records.AT)).isPresent();
    assertThat(blobs.get(other, 10)).hasSize(3);
  }

  @Test
  void shouldRemoveWhatAnEarlierProcessLeftMarked() throws Exception {
    // Given
    var ref = aBlob("files/acme/1");
    store(ViewTopology.INDEX).put(ViewKeys.deadBlob("acme".getBytes(UTF_8), ref), new byte[0]);
    // When
    driver.advanceWallClockTime(Duration.ofSeconds(2));
    // Then
    awaitGone(ref);
    Awaitility.await()
        .until(
            () -> {
              driver.advanceWallClockTime(Duration.ofSeconds(2));
              try (var rows = store(ViewTopology.INDEX).all()) {
                return !rows.hasNext();
              }
            });
  }

  @Test
  void shouldRemoveTheBodyOfARepeatAndOfAForgottenRequest() throws Exception {
    // Given
    var first = aBlob("bodies/acme/1");
    var repeat = aBlob("bodies/acme/2");
    var answer = aBlob("answers/acme/1");
    submit(keyed("req_a", "1".repeat(64), first));
    // When
    submit(keyed("req_a", "1".repeat(64), repeat));
    result(aResult("acme", "req_a").setBodyRef(answer).build());
    driver.advanceWallClockTime(Duration.ofSeconds(2));
    // Then
    awaitGone(repeat);
    assertThat(stored("req_a").bodyRef()).isEqualTo(first);
    assertThat(blobs.get(first, 10)).hasSize(3);
    // When
    submit(new RequestDeleted("req_a", "acme", Records.AT));
    driver.advanceWallClockTime(Duration.ofSeconds(2));
    // Then
    awaitGone(first);
    awaitGone(answer);
  }

  @Test
  void shouldRemoveTheBodiesOfWhatIsOlderThanTheRetention() throws Exception {
    // Given
    var body = aBlob("bodies/acme/1");
    var answer = aBlob("answers/acme/1");
    submit(keyed("req_a", "1".repeat(64), body));
    result(aResult("acme", "req_a").setBodyRef(answer).build());
    // When
    driver.advanceWallClockTime(RETENTION.plusDays(2));
    driver.advanceWallClockTime(RETENTION.plusDays(2));
    // Then
    awaitGone(body);
    awaitGone(answer);
  }

  private String aBlob(String ref) throws IOException {
    blobs.put(ref, new byte[3]);
    return ref;
  }

  private void awaitGone(String ref) {
    Awaitility.await().until(() -> Files.notExists(blobDirectory.resolve("blobs").resolve(ref)));
  }

  private Optional<StoredFile> file(String id, Instant now) {
    return FileRows.find(store(ViewTopology.INDEX), "acme".getBytes(UTF_8), id, now);
  }

  private static FileStored aFile(String id, String ref, Optional<Instant> expiresAt) {
    return FileStored.newBuilder()
        .setFileId(id)
        .setAccount("acme")
        .setPurpose("batch")
        .setFilename("a.jsonl")
        .setBytes(3)
        .setBlobRef(ref)
        .setCreatedAt(Records.AT)
        .setExpiresAt(expiresAt.orElse(null))
        .build();
  }

  private static RequestSubmitted keyed(String id, String fingerprint, String bodyRef) {
    return aRequest("acme", id)
        .setIdempotencyKey("k")
        .setFingerprint(fingerprint)
        .setBodyRef(bodyRef)
        .build();
  }

  private static RequestSubmitted keyed(String id, String fingerprint) {
    return aRequest("acme", id).setIdempotencyKey("k").setFingerprint(fingerprint).build();
  }

  private void submit(SpecificRecord record) {
    var account = record instanceof RequestSubmitted submitted ? submitted.getAccount() : "acme";
    requests.pipeInput(account.getBytes(UTF_8), topics.requests().serde().toBytes(record));
  }

  private void result(SpecificRecord record) {
    results.pipeInput("acme".getBytes(UTF_8), topics.results().serde().toBytes(record));
  }

  private StoredRequest stored(String id) {
    return SubmittedRows.fromBytes(id, store(ViewTopology.REQUESTS).get(key(id)));
  }

  private Outcome outcome(String id) {
    return OutcomeRows.read(store(ViewTopology.OUTCOMES).get(key(id)), topics.results().serde());
  }

  private RequestView.Page list(RequestQuery query) {
    var stores =
        new RequestView.Stores(
            store(ViewTopology.REQUESTS), store(ViewTopology.OUTCOMES), store(ViewTopology.INDEX));
    return new RequestList(stores, topics.results().serde(), "acme", query)
        .read(RequestIds.millisOf(RequestIds.fresh()));
  }

  private static RequestQuery query(
      @Nullable RequestStatus status, @Nullable String after, int limit) {
    return new RequestQuery(status, null, null, null, after, limit);
  }

  private static java.util.List<String> idsOf(RequestView.Page page) {
    return page.requests().stream()
        .map(RequestState::request)
        .map(StoredRequest::requestId)
        .toList();
  }

  private KeyValueStore<Bytes, byte[]> store(String name) {
    return driver.getKeyValueStore(name);
  }

  private static Bytes key(String id) {
    return ViewKeys.request("acme".getBytes(UTF_8), id);
  }
}
