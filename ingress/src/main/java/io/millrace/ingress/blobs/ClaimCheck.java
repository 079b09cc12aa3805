package io.millrace.ingress.blobs;

import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.bootstrap.blobs.LargeBodies;
import io.millrace.ingress.FileIds;
import io.millrace.schemas.RequestSubmitted;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Puts large bodies of requests into the blob store and their names into the records. */
public final class ClaimCheck {

  private final BlobStore blobs;
  private final BlobThreads threads;

  public ClaimCheck(BlobStore blobs, BlobThreads threads) {
    this.blobs = blobs;
    this.threads = threads;
  }

  public static boolean isNeededBy(RequestSubmitted request) {
    return LargeBodies.isLarge(request.getBody());
  }

  /** The record for the log, once the body is safe. */
  public CompletableFuture<RequestSubmitted> store(RequestSubmitted request) {
    var body = request.getBody();
    var ref = LargeBodies.ofRequest(request.getAccount(), FileIds.freshDigits(), body.remaining());
    return threads.ask(
        () -> {
          LargeBodies.put(blobs, ref, body);
          return RequestSubmitted.newBuilder(request)
              .setBody(ByteBuffer.allocate(0))
              .setBodyRef(ref)
              .build();
        });
  }
}
