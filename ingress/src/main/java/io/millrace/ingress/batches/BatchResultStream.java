package io.millrace.ingress.batches;

import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.ingress.BatchIds;
import io.millrace.ingress.BatchOutputLine;
import io.millrace.ingress.kafka.BatchView;
import io.millrace.schemas.RequestResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One of a batch's files, made of its results while it is read: a page of results at a time, and a
 * body from the blob store piece by piece. Reading blocks.
 */
public final class BatchResultStream extends InputStream {

  private static final int RESULTS_PER_PAGE = 500;

  private final BatchView view;
  private final BlobStore blobs;
  private final String account;
  private final BatchIds.ResultFile file;
  private final Deque<RequestResult> page = new ArrayDeque<>();
  private final Deque<Part> parts = new ArrayDeque<>();
  private long next;
  private boolean isLast;
  private @Nullable InputStream current;
  private boolean isInBody;

  /** A piece of a line: bytes as they are, or a body in the blob store. */
  private sealed interface Part {
    record Text(InputStream in) implements Part {}

    record Blob(String ref) implements Part {}
  }

  public BatchResultStream(
      BatchView view, BlobStore blobs, String account, BatchIds.ResultFile file) {
    this.view = view;
    this.blobs = blobs;
    this.account = account;
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      var open = current;
      if (open != null) {
        int read = open.read(bytes, from, length);
        if (read > 0) {
          if (isInBody) {
            BatchOutputLine.inOneLine(bytes, from, read);
          }
          return read;
        }
        open.close();
        current = null;
      }
      if (parts.isEmpty() && !nextLine()) {
        return -1;
      }
      begin(parts.removeFirst());
    }
  }

  private void begin(Part part) throws IOException {
    switch (part) {
      case Part.Text text -> {
        current = text.in();
        isInBody = false;
      }
      case Part.Blob blob -> {
        current = blobs.open(blob.ref(), 0);
        isInBody = true;
      }
    }
  }

  private boolean nextLine() throws IOException {
    while (page.isEmpty()) {
      if (isLast) {
        return false;
      }
      var found = BatchTools.answer(view.results(account, file, next, RESULTS_PER_PAGE));
      page.addAll(found.results());
      next = found.next();
      isLast = found.isLast();
    }
    var result = page.removeFirst();
    if (result.getBodyRef().isPresent() && BatchOutputLine.hasBody(result)) {
      parts.add(text(BatchOutputLine.head(result)));
      parts.add(new Part.Blob(result.getBodyRef().get()));
      parts.add(text(BatchOutputLine.tail()));
    } else {
      parts.add(text(BatchOutputLine.toJson(result)));
    }
    return true;
  }

  private static Part text(byte[] bytes) {
    return new Part.Text(new ByteArrayInputStream(bytes));
  }

  @Override
  public void close() throws IOException {
    var open = current;
    if (open != null) {
      open.close();
    }
  }
}
