package io.millrace.ingress.http;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Bodies of requests and answers: in their records, or in the blob store when they are large. */
final class Bodies {

  /** No request may be larger, and no answer is. */
  private static final int BYTES_MAX = 256 << 20;

  private Bodies() {}

  static CompletableFuture<ByteBuffer> of(
      Backend backend, ByteBuffer inline, Optional<String> ref) {
    return ref.isEmpty()
        ? CompletableFuture.completedFuture(inline)
        : backend
            .blobThreads()
            .ask(() -> ByteBuffer.wrap(backend.blobs().get(ref.get(), BYTES_MAX)));
  }
}
