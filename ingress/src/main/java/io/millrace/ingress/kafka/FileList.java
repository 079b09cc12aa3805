package io.millrace.ingress.kafka;

import io.millrace.ingress.FileIds;
import io.millrace.ingress.FileQuery;
import io.millrace.ingress.StoredFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * One page of an account's files: the merge of its sources. Looks at a bounded number of rows: a
 * rare filter gives short pages that say there is more.
 */
final class FileList {

  private static final int ROWS_MAX = 100_000;

  private FileList() {}

  /** One kind of files of an account. */
  interface Source extends AutoCloseable {

    Optional<StoredFile> find(String fileId);

    /**
     * Its files in the order asked for.
     *
     * @param after begins behind the place of this file, where it can do so; earlier ones are left
     *     out by the caller
     */
    Iterator<StoredFile> list(boolean isNewestFirst, Optional<StoredFile> after);

    @Override
    void close();
  }

  static RequestView.FilePage read(List<Source> sources, FileQuery query) {
    var after =
        Optional.ofNullable(query.after())
            .flatMap(
                id -> sources.stream().flatMap(source -> source.find(id).stream()).findFirst());
    if (query.after() != null && after.isEmpty()) {
      return new RequestView.FilePage(List.of(), false);
    }
    var order =
        query.isNewestFirst() ? StoredFile.OLDEST_FIRST.reversed() : StoredFile.OLDEST_FIRST;
    var heads = new PriorityQueue<Head>(Comparator.comparing(Head::file, order));
    for (var source : sources) {
      add(heads, source.list(query.isNewestFirst(), after));
    }
    var page = new ArrayList<StoredFile>();
    for (int rows = 0; !heads.isEmpty() && rows < ROWS_MAX; rows++) {
      var head = heads.remove();
      boolean isBehind = after.isEmpty() || order.compare(after.get(), head.file()) < 0;
      if (isBehind && query.matches(head.file())) {
        if (page.size() == query.limit()) {
          return new RequestView.FilePage(page, true);
        }
        page.add(head.file());
      }
      add(heads, head.rest());
    }
    return new RequestView.FilePage(page, !heads.isEmpty());
  }

  private record Head(StoredFile file, Iterator<StoredFile> rest) {}

  private static void add(PriorityQueue<Head> heads, Iterator<StoredFile> files) {
    if (files.hasNext()) {
      heads.add(new Head(files.next(), files));
    }
  }

  /** What the account uploaded; ids are in the order of time. */
  static final class Uploaded implements Source {

    private final ReadOnlyKeyValueStore<Bytes, byte[]> index;
    private final byte[] account;
    private final Instant now;
    private final List<KeyValueIterator<Bytes, byte[]>> open = new ArrayList<>();

    Uploaded(ReadOnlyKeyValueStore<Bytes, byte[]> index, byte[] account, Instant now) {
      this.index = index;
      this.account = account;
      this.now = now;
    }

    @Override
    public Optional<StoredFile> find(String fileId) {
      return FileIds.isFileId(fileId)
          ? FileRows.find(index, account, fileId, now)
          : Optional.empty();
    }

    @Override
    public Iterator<StoredFile> list(boolean isNewestFirst, Optional<StoredFile> after) {
      var first = ViewKeys.file(account, "");
      var last = ViewKeys.afterFiles(account);
      var rows =
          isNewestFirst
              ? index.reverseRange(first, after.map(file -> bound(file, 1)).orElse(last))
              : index.range(after.map(file -> bound(file, 0)).orElse(first), last);
      open.add(rows);
      return new Visible(rows, now);
    }

    private Bytes bound(StoredFile file, int millisLater) {
      return ViewKeys.file(
          account, FileIds.lowerBound(file.createdAt().toEpochMilli() + millisLater));
    }

    @Override
    public void close() {
      open.forEach(KeyValueIterator::close);
    }
  }

  private static final class Visible implements Iterator<StoredFile> {

    private final KeyValueIterator<Bytes, byte[]> rows;
    private final Instant now;
    private Optional<StoredFile> next = Optional.empty();

    Visible(KeyValueIterator<Bytes, byte[]> rows, Instant now) {
      this.rows = rows;
      this.now = now;
    }

    @Override
    public boolean hasNext() {
      while (next.isEmpty() && rows.hasNext()) {
        var row = rows.next();
        next =
            Optional.of(FileRows.fromBytes(ViewKeys.idInSpace(row.key), row.value))
                .filter(file -> !file.isExpired(now));
      }
      return next.isPresent();
    }

    @Override
    public StoredFile next() {
      if (!hasNext()) {
        throw new java.util.NoSuchElementException();
      }
      var file = next.orElseThrow();
      next = Optional.empty();
      return file;
    }
  }
}
