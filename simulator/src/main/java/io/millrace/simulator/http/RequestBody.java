package io.millrace.simulator.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/** Collects a request's body up to a limit; the rest of a larger one is read and dropped. */
public final class RequestBody {
  private final Buffer collected = Buffer.buffer();
  private final int bytesMax;
  private boolean isGivenUp;

  private RequestBody(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Calls one of the two when the outcome is known, and neither when the client goes away. */
  public static void read(
      HttpServerRequest request, int bytesMax, Consumer<byte[]> onBody, Runnable onTooLarge) {
    var body = new RequestBody(bytesMax);
    request.exceptionHandler(gone -> body.isGivenUp = true);
    request.handler(chunk -> body.add(chunk, onTooLarge));
    request.endHandler(end -> body.finish(onBody));
  }

  private void add(Buffer chunk, Runnable onTooLarge) {
    if (isGivenUp) {
      return;
    }
    if (collected.length() + (long) chunk.length() > bytesMax) {
      isGivenUp = true;
      onTooLarge.run();
      return;
    }
    collected.appendBuffer(chunk);
  }

  private void finish(Consumer<byte[]> onBody) {
    if (!isGivenUp) {
      onBody.accept(collected.getBytes());
    }
  }
}
