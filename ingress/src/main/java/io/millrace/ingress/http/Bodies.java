package io.millrace.ingress.http;

import io.millrace.bootstrap.blobs.LargeBodies;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.RequestState;
import io.millrace.schemas.RequestResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Bodies of requests and answers: in their records, or in the blob store when they are large. What
 * is read back counts as held until the call is over; while ingress is full it waits for room.
 */
final class Bodies {

  private static final long RETRY_MS = 20;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private Bodies() {}

  static CompletableFuture<ByteBuffer> of(
      Backend backend, Call call, ByteBuffer inline, Optional<String> ref) {
    return ref.isEmpty()
        ? CompletableFuture.completedFuture(inline)
        : room(backend, call, LargeBodies.bytesOf(ref.get()))
            .thenCompose(
                held ->
                    backend.blobThreads().ask(() -> LargeBodies.get(backend.blobs(), ref.get())));
  }

  /** The request with its answer in it. */
  static CompletableFuture<RequestState> whole(Backend backend, Call call, RequestState state) {
    if (state.outcome() instanceof Outcome.Finished(RequestResult result, long cursor)
        && result.getBodyRef().isPresent()) {
      return of(backend, call, result.getBody(), result.getBodyRef())
          .thenApply(body -> state.with(new Outcome.Finished(with(result, body), cursor)));
    }
    return CompletableFuture.completedFuture(state);
  }

  /** The results with their answers in them. */
  static CompletableFuture<List<Outcome.Finished>> whole(
      Backend backend, Call call, List<Outcome.Finished> results) {
    long bytes =
        results.stream()
            .flatMap(finished -> finished.result().getBodyRef().stream())
            .mapToLong(LargeBodies::bytesOf)
            .sum();
    if (bytes == 0) {
      return CompletableFuture.completedFuture(results);
    }
    return room(backend, call, bytes)
        .thenCompose(
            held ->
                backend
                    .blobThreads()
                    .ask(
                        () -> {
                          var whole = new ArrayList<Outcome.Finished>();
                          for (var finished : results) {
                            var ref = finished.result().getBodyRef();
                            whole.add(
                                ref.isEmpty()
                                    ? finished
                                    : new Outcome.Finished(
                                        with(
                                            finished.result(),
                                            LargeBodies.get(backend.blobs(), ref.get())),
                                        finished.cursor()));
                          }
                          return whole;
                        }));
  }

  private static RequestResult with(RequestResult result, ByteBuffer body) {
    return RequestResult.newBuilder(result).setBody(body).setBodyRef(null).build();
  }

  private static CompletableFuture<Boolean> room(Backend backend, Call call, long bytes) {
    var found = new CompletableFuture<Boolean>();
    int size = (int) Math.min(bytes, backend.admission().bytesMax() / 2);
    call.loop().execute(() -> take(backend, call, size, System.nanoTime(), found));
    return found;
  }

  private static void take(
      Backend backend, Call call, int size, long since, CompletableFuture<Boolean> found) {
    if (backend.admission().tryHold(size)) {
      call.whenOver(() -> backend.admission().release(size));
      found.complete(true);
    } else if (call.isOver() || System.nanoTime() - since > PATIENCE_NANOS) {
      found.completeExceptionally(new RejectedExecutionException("no room for a body"));
    } else {
      CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS, call.loop())
          .execute(() -> take(backend, call, size, since, found));
    }
  }
}
