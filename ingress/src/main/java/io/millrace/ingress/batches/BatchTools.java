package io.millrace.ingress.batches;

import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.ingress.BatchCheck;
import io.millrace.ingress.Endpoint;
import io.millrace.ingress.FileMentions;
import io.millrace.ingress.RequestIds;
import io.millrace.ingress.kafka.BatchView;
import io.millrace.ingress.kafka.FileResolver;
import io.millrace.ingress.kafka.RequestProducer;
import io.millrace.schemas.AttachedFile;
import io.millrace.schemas.BatchSubmitted;
import io.millrace.schemas.config.MillraceConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What reading and feeding batches takes.
 *
 * @param models those that there is a route for
 */
record BatchTools(
    MillraceConfig config,
    BlobStore blobs,
    RequestProducer producer,
    BatchView view,
    FileResolver files,
    Set<String> models,
    Clock clock) {

  /** Each resume of a resume is one more batch to look into for every line. */
  private static final int EARLIER_MAX = 32;

  private static final long ANSWER_SECONDS = 10;

  int lineBytesMax() {
    return config.http().bodyMaxBytes();
  }

  BatchCheck newCheck(BatchSubmitted batch) {
    return new BatchCheck(
        new BatchCheck.Rules(
            Endpoint.ofPath(batch.getEndpoint()).orElseThrow(),
            config.batches().linesMax(),
            lineBytesMax(),
            models::contains));
  }

  /** Opens the file of the batch at a line. */
  LineReader open(BatchSubmitted batch, int line, long byteOffset) throws IOException {
    return new LineReader(
        blobs.open(batch.getInputBlobRef(), byteOffset), lineBytesMax(), line, byteOffset);
  }

  /** The batches whose missing lines this one runs: that which it resumes, and so on back. */
  List<String> earlier(BatchSubmitted batch) throws IOException {
    var earlier = new ArrayList<String>();
    var before = batch.getResumeOf();
    while (before.isPresent() && earlier.size() < EARLIER_MAX) {
      earlier.add(before.get());
      var found = answer(view.states(List.of(new BatchView.Ref(batch.getAccount(), before.get()))));
      before = found.stream().findFirst().flatMap(s -> s.batch().submitted().getResumeOf());
    }
    return earlier;
  }

  /** Which of these lines have succeeded in one of the earlier batches. */
  BitSet succeeded(String account, List<String> earlier, List<String> customIds)
      throws IOException {
    var found = new BitSet(customIds.size());
    for (var batchId : earlier) {
      var ids = customIds.stream().map(id -> RequestIds.ofBatchLine(account, batchId, id)).toList();
      found.or(answer(view.succeeded(account, ids)));
    }
    return found;
  }

  /** The files that a line names; one that is not there is found missing by its worker. */
  List<AttachedFile> filesOf(String account, ByteBuffer body) throws IOException {
    var mentions = FileMentions.in(body);
    return mentions.isEmpty() ? List.of() : answer(files.resolveWhatIsThere(account, mentions));
  }

  /** The view's answer, or a failure that may be over a moment later. */
  static <T> T answer(CompletableFuture<T> future) throws IOException {
    try {
      return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the view does not answer", e);
    }
  }
}
