package io.millrace.workers.blobs;

import io.millrace.bootstrap.blobs.BlobNotFoundException;
import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.bootstrap.blobs.LargeBodies;
import io.millrace.schemas.AttachedFile;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.MediaConfig;
import io.millrace.workers.ClientError;
import io.millrace.workers.Media;
import io.millrace.workers.Outcome;
import io.millrace.workers.canonical.FileInlining;
import io.millrace.workers.canonical.ProviderFailures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Makes attempts whole that have their body, or files that it names, in the blob store. What the
 * calls that run hold of it together is bounded; more wait for their turn.
 */
public final class AttemptBodies implements AutoCloseable {

  private static final int THREADS = 8;
  private static final int WAITING_MAX = 20_000;
  private static final int IDLE_SECONDS = 60;

  /** Of all files of one request: no provider takes more. */
  private static final long FILE_BYTES_MAX = 64L << 20;

  /** A body is held as bytes, as JSON and as what is sent. */
  private static final int COPIES = 4;

  private static final int SHARE_OF_HEAP = 4;

  private final BlobStore blobs;
  private final MediaConfig limits;
  private final ByteBudget budget =
      new ByteBudget(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING_MAX),
          Thread.ofPlatform().daemon().name("workers-blobs-", 0).factory());

  /**
   * An attempt with everything in its body.
   *
   * @param release to be called once, when the body is not needed any more
   */
  public record Whole(AttemptRequested attempt, Runnable release) {}

  /** Why there is none. */
  public static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Outcome.Failure failure;

    UnreadableException(Outcome.Failure failure) {
      super(failure.error().message());
      this.failure = failure;
    }

    public Outcome.Failure failure() {
      return failure;
    }
  }

  public AttemptBodies(BlobStore blobs, MediaConfig limits) {
    this.blobs = blobs;
    this.limits = limits;
    threads.allowCoreThreadTimeOut(true);
  }

  /** True when something of the attempt is elsewhere. */
  public static boolean areElsewhere(AttemptRequested attempt) {
    return attempt.getBodyRef().isPresent() || !attempt.getFiles().isEmpty();
  }

  /** Fails with {@link UnreadableException}. */
  public CompletableFuture<Whole> load(AttemptRequested attempt) {
    return budget
        .take(COPIES * bytesOf(attempt))
        .thenApplyAsync(
            taken -> {
              try {
                return new Whole(read(attempt), () -> budget.give(taken));
              } catch (UnreadableException e) {
                budget.give(taken);
                throw new CompletionException(e);
              } catch (RuntimeException e) {
                budget.give(taken);
                throw e;
              }
            },
            threads);
  }

  private static long bytesOf(AttemptRequested attempt) {
    long files = attempt.getFiles().stream().mapToLong(AttachedFile::getBytes).sum();
    return files + attempt.getBodyRef().map(LargeBodies::bytesOf).orElse(0);
  }

  private AttemptRequested read(AttemptRequested attempt) throws UnreadableException {
    var body = body(attempt);
    if (!attempt.getFiles().isEmpty()) {
      body = FileInlining.inline(body, files(attempt));
    }
    return AttemptRequested.newBuilder(attempt).setBody(body).setBodyRef(null).build();
  }

  private ByteBuffer body(AttemptRequested attempt) throws UnreadableException {
    var ref = attempt.getBodyRef();
    if (ref.isEmpty()) {
      return attempt.getBody();
    }
    try {
      return LargeBodies.get(blobs, ref.get());
    } catch (BlobNotFoundException e) {
      throw new UnreadableException(
          Outcome.Failure.of(
              Verdict.INVALID,
              ClientError.serverError(
                  500, "body_lost", "The request's body is not there any more.")));
    } catch (IOException e) {
      throw new UnreadableException(storeAway());
    }
  }

  private Map<String, FileInlining.File> files(AttemptRequested attempt)
      throws UnreadableException {
    check(attempt);
    var files = new HashMap<String, FileInlining.File>();
    for (var file : attempt.getFiles()) {
      try {
        var bytes = blobs.get(file.getBlobRef(), limits.bytesMax());
        files.put(
            file.getFileId(),
            new FileInlining.File(
                file.getFilename(),
                new Media(
                    FileInlining.typeOf(file.getFilename()),
                    Base64.getEncoder().encodeToString(bytes))));
      } catch (BlobNotFoundException e) {
        throw invalid("No such File object: " + file.getFileId());
      } catch (IOException e) {
        throw new UnreadableException(storeAway());
      }
    }
    return files;
  }

  private void check(AttemptRequested attempt) throws UnreadableException {
    var sizes =
        attempt.getFiles().stream()
            .collect(Collectors.toMap(AttachedFile::getFileId, AttachedFile::getBytes, Math::max));
    if (sizes.size() > limits.countMax()) {
      throw invalid("More than " + limits.countMax() + " files are named.");
    }
    for (var size : sizes.entrySet()) {
      if (size.getValue() > limits.bytesMax()) {
        throw invalid(
            "The file %s is larger than %d bytes.".formatted(size.getKey(), limits.bytesMax()));
      }
    }
    if (sizes.values().stream().mapToLong(Long::longValue).sum() > FILE_BYTES_MAX) {
      throw invalid("The files together are larger than " + FILE_BYTES_MAX + " bytes.");
    }
  }

  private static UnreadableException invalid(String message) {
    return new UnreadableException(ProviderFailures.invalid("file_id", message));
  }

  /** It may be back when the attempt is repeated. */
  private static Outcome.Failure storeAway() {
    return Outcome.Failure.of(
        Verdict.UPSTREAM_FAILURE,
        ClientError.serverError(
            503, "blob_store_unavailable", "The request's body cannot be read at the moment."));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
