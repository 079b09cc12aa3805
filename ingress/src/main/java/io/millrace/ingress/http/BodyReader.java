package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a body up to the limit, counting its bytes as held. The reader's user releases them when
 * the body is no longer needed.
 */
final class BodyReader {

  private static final Logger LOG = LoggerFactory.getLogger(BodyReader.class);

  private final Call call;
  private final Vertx vertx;
  private final Admission admission;
  private final int bytesMax;
  private final Consumer<byte[]> next;
  private @Nullable Buffer body;
  private int held;
  private boolean over;

  private BodyReader(
      Call call, Vertx vertx, Admission admission, int bytesMax, Consumer<byte[]> next) {
    this.call = call;
    this.vertx = vertx;
    this.admission = admission;
    this.bytesMax = bytesMax;
    this.next = next;
  }

  /** Reads and hands the body on, or answers 413 or 503. */
  static void read(
      Call call, Vertx vertx, Admission admission, int bytesMax, Consumer<byte[]> next) {
    new BodyReader(call, vertx, admission, bytesMax, next).begin();
  }

  private void begin() {
    var request = call.request();
    request.handler(this::onPiece);
    request.endHandler(nothing -> onEnd());
    request.exceptionHandler(e -> giveUp());
    if (announcedBytes() > bytesMax) {
      refuse(tooLarge());
    }
  }

  private long announcedBytes() {
    var announced = call.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return announced == null ? 0 : Long.parseLong(announced);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private void onPiece(Buffer piece) {
    if (over) {
      return;
    }
    if (held + (long) piece.length() > bytesMax) {
      refuse(tooLarge());
    } else if (!admission.tryHold(piece.length())) {
      refuse(ApiError.overloaded());
    } else {
      held += piece.length();
      body = body == null ? piece.copy() : body.appendBuffer(piece);
    }
  }

  private void onEnd() {
    if (!over) {
      over = true;
      try {
        next.accept(body == null ? new byte[0] : body.getBytes());
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).addKeyValue("requestId", call.requestId()).log("call failed");
        call.fail(ApiError.of(ApiError.Kind.INTERNAL, "The server had an error."));
      }
    }
  }

  private ApiError tooLarge() {
    return ApiError.of(
        ApiError.Kind.BODY_TOO_LARGE,
        "The request body is larger than the limit of " + bytesMax + " bytes.");
  }

  private void refuse(ApiError error) {
    giveUp();
    call.failUnread(vertx, error);
  }

  private void giveUp() {
    if (!over) {
      over = true;
      body = null;
      admission.release(held);
    }
  }
}
