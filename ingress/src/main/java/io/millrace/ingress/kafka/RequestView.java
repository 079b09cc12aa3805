package io.millrace.ingress.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.bootstrap.blobs.LargeBodies;
import io.millrace.ingress.FileIds;
import io.millrace.ingress.FileQuery;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.RequestQuery;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.StoredFile;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Every question to the status view goes through here. This version has all partitions in this
 * process; asking the instance that owns an account's partition would be added here and nowhere
 * else.
 *
 * <p>Questions run on a few threads, because the stores read files. All fail with {@link
 * ViewBehindException} while the view cannot answer, and with {@link
 * java.util.concurrent.RejectedExecutionException} when too many ask.
 */
public final class RequestView implements AutoCloseable {

  private static final Duration CATCH_UP_MAX = Duration.ofSeconds(2);
  private static final int READERS = 4;
  private static final int QUESTIONS_MAX = 10_000;

  /** A page of results ends early when it has grown so far. */
  static final long PAGE_BYTES_MAX = 8 << 20;

  private final ViewStreams view;
  private final ViewPositions positions;
  private final AvroSerde<SpecificRecord> serde;
  private final Duration retention;
  private final Clock clock;
  private final Map<Integer, Stores> stores = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor readers =
      new ThreadPoolExecutor(
          READERS,
          READERS,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUESTIONS_MAX),
          Thread.ofPlatform().daemon().name("ingress-view-", 0).factory());

  /** A page of a list. */
  public record Page(List<RequestState> requests, boolean hasMore) {}

  /** A page of a list of files. */
  public record FilePage(List<StoredFile> files, boolean hasMore) {}

  /** The stores of one partition. */
  record Stores(
      ReadOnlyKeyValueStore<Bytes, byte[]> requests,
      ReadOnlyKeyValueStore<Bytes, byte[]> outcomes,
      ReadOnlyKeyValueStore<Bytes, byte[]> index) {}

  /**
   * @param retention how long results are kept after their submission
   */
  public RequestView(
      ViewStreams view, ViewPositions positions, Topics topics, Duration retention, Clock clock) {
    this.view = view;
    this.positions = positions;
    this.serde = topics.results().serde();
    this.retention = retention;
    this.clock = clock;
  }

  /** The request, once the view knows all that was acknowledged before the question. */
  public CompletableFuture<Optional<RequestState>> find(String account, String requestId) {
    int partition = partitionOf(account);
    long target = positions.target(partition);
    boolean isCaughtUp = positions.hasReached(partition, target);
    var first = ask(() -> findNow(partition, account, requestId));
    if (isCaughtUp) {
      return first;
    }
    return first.thenCompose(
        found ->
            found.isPresent()
                ? CompletableFuture.completedFuture(found)
                : findOnceAt(partition, target, account, requestId, CATCH_UP_MAX));
  }

  /** The request whose submission, or a repetition of it, stands at this place of the log. */
  public CompletableFuture<Optional<RequestState>> findAfter(
      String account, String requestId, int partition, long offset, Duration patience) {
    return findOnceAt(partition, offset + 1, account, requestId, patience);
  }

  private CompletableFuture<Optional<RequestState>> findOnceAt(
      int partition, long target, String account, String requestId, Duration patience) {
    return askAt(partition, target, patience, () -> findNow(partition, account, requestId));
  }

  /** The file, once the view knows all that was acknowledged before the question. */
  public CompletableFuture<Optional<StoredFile>> file(String account, String fileId) {
    if (!FileIds.isFileId(fileId)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return askCaughtUp(
        account,
        partition -> {
          try (var files = uploaded(partition, account)) {
            return files.find(fileId).or(() -> ofBatches(partition, account).find(fileId));
          }
        });
  }

  /** The account's files, once the view knows all that was acknowledged before the question. */
  public CompletableFuture<FilePage> files(String account, FileQuery query) {
    return askCaughtUp(
        account,
        partition -> {
          try (var files = uploaded(partition, account);
              var results = ofBatches(partition, account)) {
            return FileList.read(List.of(files, results), query);
          }
        });
  }

  private FileList.Uploaded uploaded(int partition, String account) {
    return new FileList.Uploaded(
        storesOf(partition).index(), account.getBytes(UTF_8), clock.instant());
  }

  private BatchFiles ofBatches(int partition, String account) {
    return new BatchFiles(
        storesOf(partition).index(), serde, account.getBytes(UTF_8), retention, clock.instant());
  }

  /** What is asked of batches. */
  public BatchView batches() {
    return new BatchView(this, serde);
  }

  <T> CompletableFuture<T> askCaughtUp(String account, IntFunction<T> question) {
    int partition = partitionOf(account);
    return askAt(
        partition, positions.target(partition), CATCH_UP_MAX, () -> question.apply(partition));
  }

  <T> CompletableFuture<T> askAt(
      int partition, long target, Duration patience, Supplier<T> question) {
    return positions
        .await(partition, target)
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            e ->
                CompletableFuture.failedFuture(
                    e instanceof TimeoutException ? new ViewBehindException() : e))
        .thenCompose(reached -> ask(question));
  }

  /** The body of a request, where the view keeps it and it is no blob; empty otherwise. */
  public CompletableFuture<Optional<byte[]>> keptBody(String account, String requestId) {
    int partition = partitionOf(account);
    return ask(
        () ->
            Optional.ofNullable(
                storesOf(partition)
                    .index()
                    .get(ViewKeys.keptBody(account.getBytes(UTF_8), requestId))));
  }

  /** The account's requests, newest first. */
  public CompletableFuture<Page> list(String account, RequestQuery query) {
    int partition = partitionOf(account);
    return ask(
        () -> new RequestList(storesOf(partition), serde, account, query).read(clock.millis()));
  }

  /** Results of a batch in the order of finishing, after the cursor. */
  public CompletableFuture<List<Outcome.Finished>> results(
      String account, String batchId, long after, int limit) {
    int partition = partitionOf(account);
    return ask(() -> resultsNow(partition, account, batchId, after, limit));
  }

  private Optional<RequestState> findNow(int partition, String account, String requestId) {
    var stores = storesOf(partition);
    var key = ViewKeys.request(account.getBytes(UTF_8), requestId);
    return Optional.ofNullable(stores.requests().get(key))
        .map(row -> SubmittedRows.fromBytes(requestId, row))
        .filter(row -> !row.isDeleted())
        .map(row -> new RequestState(row, OutcomeRows.read(stores.outcomes().get(key), serde)));
  }

  private List<Outcome.Finished> resultsNow(
      int partition, String account, String batchId, long after, int limit) {
    var stores = storesOf(partition);
    var name = account.getBytes(UTF_8);
    var found = new ArrayList<Outcome.Finished>();
    try (var rows =
        stores
            .index()
            .range(
                ViewKeys.finished(name, batchId, after + 1),
                ViewKeys.finished(name, batchId, Long.MAX_VALUE))) {
      long bytes = 0;
      while (rows.hasNext() && found.size() < limit && bytes < PAGE_BYTES_MAX) {
        var row = rows.next();
        var key = ViewKeys.request(name, FinishedRows.requestId(row.value));
        if (OutcomeRows.read(stores.outcomes().get(key), serde)
            instanceof Outcome.Finished finished) {
          found.add(finished);
          bytes += finished.result().getBody().remaining();
          bytes += finished.result().getBodyRef().map(LargeBodies::bytesOf).orElse(0);
        }
      }
    }
    return found;
  }

  <T> CompletableFuture<T> ask(Supplier<T> question) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return question.get();
          } catch (InvalidStateStoreException e) {
            // Stores close and open again when partitions move or a thread is replaced.
            stores.clear();
            throw new ViewBehindException();
          }
        },
        readers);
  }

  Stores storesOf(int partition) {
    return stores.computeIfAbsent(
        partition,
        p ->
            new Stores(
                store(ViewTopology.REQUESTS, p),
                store(ViewTopology.OUTCOMES, p),
                store(ViewTopology.INDEX, p)));
  }

  private ReadOnlyKeyValueStore<Bytes, byte[]> store(String name, int partition) {
    return view.streams()
        .store(
            StoreQueryParameters.fromNameAndType(
                    name, QueryableStoreTypes.<Bytes, byte[]>keyValueStore())
                .withPartition(partition));
  }

  int partitionOf(String account) {
    return Utils.toPositive(Utils.murmur2(account.getBytes(UTF_8))) % positions.count();
  }

  @Override
  public void close() {
    readers.shutdownNow();
  }
}
