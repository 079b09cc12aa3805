package io.millrace.ingress.kafka;

import io.millrace.ingress.BatchIds;
import io.millrace.ingress.StoredFile;
import io.millrace.schemas.AvroSerde;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The output and error files of an account's batches. None is stored: each follows from its batch,
 * and stands in lists at the time of it.
 */
final class BatchFiles implements FileList.Source {

  private final ReadOnlyKeyValueStore<Bytes, byte[]> index;
  private final AvroSerde<SpecificRecord> serde;
  private final byte[] account;
  private final Duration retention;
  private final Instant now;
  private final List<KeyValueIterator<Bytes, byte[]>> open = new ArrayList<>();

  BatchFiles(
      ReadOnlyKeyValueStore<Bytes, byte[]> index,
      AvroSerde<SpecificRecord> serde,
      byte[] account,
      Duration retention,
      Instant now) {
    this.index = index;
    this.serde = serde;
    this.account = account;
    this.retention = retention;
    this.now = now;
  }

  @Override
  public Optional<StoredFile> find(String fileId) {
    return BatchIds.resultFile(fileId)
        .flatMap(
            file ->
                filesOf(file.batchId()).stream()
                    .filter(found -> found.fileId().equals(fileId))
                    .findFirst());
  }

  /** Those of a batch that are there, the older id first. */
  private List<StoredFile> filesOf(String batchId) {
    return BatchRows.state(index, serde, account, batchId).stream()
        .flatMap(state -> Stream.of(state.outputFile(retention), state.errorFile(retention)))
        .flatMap(Optional::stream)
        .filter(file -> !file.isExpired(now))
        .toList();
  }

  @Override
  public Iterator<StoredFile> list(boolean isNewestFirst, Optional<StoredFile> after) {
    var first = ViewKeys.batch(account, "");
    var last = ViewKeys.afterBatches(account);
    var rows =
        isNewestFirst
            ? index.reverseRange(first, after.map(file -> bound(file, 1)).orElse(last))
            : index.range(after.map(file -> bound(file, 0)).orElse(first), last);
    open.add(rows);
    return new Files(rows, isNewestFirst);
  }

  private Bytes bound(StoredFile file, int millisLater) {
    return ViewKeys.batch(
        account, BatchIds.lowerBound(file.createdAt().toEpochMilli() + millisLater));
  }

  @Override
  public void close() {
    open.forEach(KeyValueIterator::close);
  }

  private final class Files implements Iterator<StoredFile> {

    private final KeyValueIterator<Bytes, byte[]> rows;
    private final boolean isNewestFirst;
    private final Deque<StoredFile> next = new ArrayDeque<>();

    Files(KeyValueIterator<Bytes, byte[]> rows, boolean isNewestFirst) {
      this.rows = rows;
      this.isNewestFirst = isNewestFirst;
    }

    @Override
    public boolean hasNext() {
      while (next.isEmpty() && rows.hasNext()) {
        for (var file : filesOf(ViewKeys.idInSpace(rows.next().key))) {
          if (isNewestFirst) {
            next.addFirst(file);
          } else {
            next.addLast(file);
          }
        }
      }
      return !next.isEmpty();
    }

    @Override
    public StoredFile next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return next.removeFirst();
    }
  }
}
