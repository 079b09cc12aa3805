package io.millrace.ingress.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.ingress.BatchCounts;
import io.millrace.ingress.BatchIds;
import io.millrace.ingress.BatchState;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.StoredBatch;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.RequestResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecord;

/** What clients and the clerk ask the status view of batches. */
public final class BatchView {

  /** Places looked at for one page of a file, so that a page without a hit ends too. */
  private static final int PLACES_PER_PAGE = 20_000;

  private final RequestView view;
  private final AvroSerde<SpecificRecord> serde;

  /** A page of a list. */
  public record Page(List<BatchState> batches, boolean hasMore) {}

  /**
   * A page of a batch's results.
   *
   * @param next where the next page begins
   */
  public record Results(List<RequestResult> results, long next, boolean isLast) {}

  /** A batch by its names. */
  public record Ref(String account, String batchId) {}

  BatchView(RequestView view, AvroSerde<SpecificRecord> serde) {
    this.view = view;
    this.serde = serde;
  }

  /** The batch, once the view knows all that was acknowledged before the question. */
  public CompletableFuture<Optional<BatchState>> find(String account, String batchId) {
    if (!BatchIds.isBatchId(batchId)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return view.askCaughtUp(account, partition -> findNow(partition, account, batchId));
  }

  /** The batch, once the view has passed this place of the log. */
  public CompletableFuture<Optional<BatchState>> findAfter(
      String account, String batchId, int partition, long offset, Duration patience) {
    return view.askAt(partition, offset + 1, patience, () -> findNow(partition, account, batchId));
  }

  /** The first batch of the Idempotency-Key, once the view has passed this place of the log. */
  public CompletableFuture<Optional<BatchState>> findByKey(
      String account, String key, int partition, long offset, Duration patience) {
    return view.askAt(
        partition,
        offset + 1,
        patience,
        () ->
            Optional.ofNullable(
                    view.storesOf(partition)
                        .index()
                        .get(ViewKeys.batchKey(account.getBytes(UTF_8), key)))
                .flatMap(id -> findNow(partition, account, new String(id, UTF_8))));
  }

  private Optional<BatchState> findNow(int partition, String account, String batchId) {
    return BatchRows.state(
        view.storesOf(partition).index(), serde, account.getBytes(UTF_8), batchId);
  }

  /** The account's batches, newest first, once the view has caught up. */
  public CompletableFuture<Page> list(String account, Optional<String> after, int limit) {
    return view.askCaughtUp(
        account,
        partition -> {
          var name = account.getBytes(UTF_8);
          var index = view.storesOf(partition).index();
          var found = new ArrayList<BatchState>();
          var last =
              after
                  .filter(BatchIds::isBatchId)
                  .map(id -> ViewKeys.batch(name, id))
                  .orElse(ViewKeys.afterBatches(name));
          try (var rows = index.reverseRange(ViewKeys.batch(name, ""), last)) {
            while (rows.hasNext()) {
              var row = rows.next();
              var id = ViewKeys.idInSpace(row.key);
              if (after.filter(id::equals).isPresent()) {
                continue;
              }
              if (found.size() == limit) {
                return new Page(found, true);
              }
              found.add(
                  new BatchState(
                      BatchRows.batch(row.value, serde), BatchRows.counts(index, name, id)));
            }
          }
          return new Page(found, false);
        });
  }

  /** Batches that are to be checked or fed, the oldest of each account first. */
  public CompletableFuture<List<Ref>> open(List<String> accounts, int limit) {
    return view.ask(
        () -> {
          var found = new ArrayList<Ref>();
          for (var account : accounts) {
            var name = account.getBytes(UTF_8);
            var index = view.storesOf(view.partitionOf(account)).index();
            try (var rows =
                index.range(ViewKeys.openBatch(name, ""), ViewKeys.afterOpenBatches(name))) {
              for (int left = limit; left > 0 && rows.hasNext(); left--) {
                found.add(new Ref(account, ViewKeys.idInSpace(rows.next().key)));
              }
            }
          }
          return found;
        });
  }

  /** A batch that has not read the file to its end yet. */
  public CompletableFuture<Optional<String>> readerOf(String account, String fileId) {
    return open(List.of(account), Integer.MAX_VALUE)
        .thenCompose(this::states)
        .thenApply(
            states ->
                states.stream()
                    .map(BatchState::batch)
                    .filter(batch -> batch.submitted().getInputFileId().equals(fileId))
                    .map(StoredBatch::batchId)
                    .findFirst());
  }

  /** How these batches stand; those that are gone are left out. */
  public CompletableFuture<List<BatchState>> states(List<Ref> batches) {
    return view.ask(
        () ->
            batches.stream()
                .flatMap(
                    ref ->
                        findNow(view.partitionOf(ref.account()), ref.account(), ref.batchId())
                            .stream())
                .toList());
  }

  /** Which of these requests have succeeded. */
  public CompletableFuture<BitSet> succeeded(String account, List<String> requestIds) {
    return view.ask(
        () -> {
          var name = account.getBytes(UTF_8);
          var outcomes = view.storesOf(view.partitionOf(account)).outcomes();
          var found = new BitSet(requestIds.size());
          for (int i = 0; i < requestIds.size(); i++) {
            var row = outcomes.get(ViewKeys.request(name, requestIds.get(i)));
            if (OutcomeRows.read(row, serde) instanceof Outcome.Finished end
                && BatchCounts.isSuccess(end.result().getHttpStatus())) {
              found.set(i);
            }
          }
          return found;
        });
  }

  /** A page of one of a batch's files, in the order of finishing. */
  public CompletableFuture<Results> results(
      String account, BatchIds.ResultFile file, long from, int limit) {
    return view.ask(() -> resultsNow(account, file, from, limit));
  }

  private Results resultsNow(String account, BatchIds.ResultFile file, long from, int limit) {
    var name = account.getBytes(UTF_8);
    var stores = view.storesOf(view.partitionOf(account));
    var found = new ArrayList<RequestResult>();
    long next = from;
    long bytes = 0;
    try (var rows =
        stores
            .index()
            .range(
                ViewKeys.finished(name, file.batchId(), from),
                ViewKeys.finished(name, file.batchId(), Long.MAX_VALUE))) {
      for (int left = PLACES_PER_PAGE; left > 0 && rows.hasNext(); left--) {
        if (found.size() == limit || bytes >= RequestView.PAGE_BYTES_MAX) {
          return new Results(found, next, false);
        }
        var row = rows.next();
        next = ViewKeys.offsetOfFinished(row.key) + 1;
        if (FinishedRows.isMarkedFailed(row.value) == file.isOutput()) {
          continue;
        }
        var key = ViewKeys.request(name, FinishedRows.requestId(row.value));
        if (OutcomeRows.read(stores.outcomes().get(key), serde) instanceof Outcome.Finished end) {
          found.add(end.result());
          bytes += end.result().getBody().remaining();
        }
      }
      return new Results(found, next, !rows.hasNext());
    }
  }
}
