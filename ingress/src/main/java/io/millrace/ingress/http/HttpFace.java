package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves HTTP on one event loop; several share the port. */
public final class HttpFace extends VerticleBase {

  private static final Logger LOG = LoggerFactory.getLogger(HttpFace.class);
  private static final int HEADERS_BYTES_MAX = 32 * 1024;
  private static final int LINE_BYTES_MAX = 8 * 1024;
  private static final int FORM_FIELD_BYTES_MAX = 16 * 1024;
  private static final int FORM_FIELDS_MAX = 32;
  private static final int IDLE_SECONDS_BEYOND_WAIT = 60;

  private final Backend backend;
  private final int port;
  private final OpenCalls open = new OpenCalls();
  private boolean isDraining;
  private @Nullable HttpServer server;

  @SuppressWarnings("NullAway.Init")
  private Routes routes;

  @SuppressWarnings("NullAway.Init")
  private LoopQueue loop;

  /**
   * @param port a negative number is any free port, the same for all that give this number
   */
  public HttpFace(Backend backend, int port) {
    this.backend = backend;
    this.port = port;
  }

  @Override
  public void init(Vertx vertx, Context context) {
    super.init(vertx, context);
    loop = new LoopQueue(context);
    routes = new Routes(new PendingCall.Scene(vertx, backend, open));
  }

  @Override
  public Future<?> start() {
    var config = backend.config();
    var options =
        new HttpServerOptions()
            .setHandle100ContinueAutomatically(true)
            .setHttp2ClearTextEnabled(false)
            .setMaxHeaderSize(HEADERS_BYTES_MAX)
            .setMaxInitialLineLength(LINE_BYTES_MAX)
            .setMaxFormAttributeSize(FORM_FIELD_BYTES_MAX)
            .setMaxFormFields(FORM_FIELDS_MAX)
            .setMaxFormBufferedBytes(FORM_FIELD_BYTES_MAX)
            .setIdleTimeoutUnit(TimeUnit.SECONDS)
            .setIdleTimeout(
                Math.toIntExact(config.ingress().waitMax().toSeconds()) + IDLE_SECONDS_BEYOND_WAIT);
    server = vertx.createHttpServer(options);
    return server
        .requestHandler(this::onRequest)
        .invalidRequestHandler(this::onInvalid)
        .exceptionHandler(e -> LOG.atDebug().addKeyValue("error", e.toString()).log("connection"))
        .listen(port, config.http().host());
  }

  public int port() {
    return server == null ? -1 : server.actualPort();
  }

  private void onRequest(HttpServerRequest request) {
    var call = new Call(request, loop);
    // Without it the end of a connection in the middle of an answer would be logged as an error.
    request.response().exceptionHandler(e -> {});
    if (isDraining) {
      request.response().putHeader("connection", "close");
      call.fail(ApiError.overloaded());
      return;
    }
    if (!hasReadableQuery(request)) {
      call.fail(
          ApiError.of(
              ApiError.Kind.INVALID_REQUEST,
              "The query of the URL is not encoded as it should be."));
      return;
    }
    try {
      routes.answer(call);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).addKeyValue("requestId", call.requestId()).log("call failed");
      call.fail(ApiError.of(ApiError.Kind.INTERNAL, "The server had an error."));
    }
  }

  /** Parameters are decoded when the first of them is asked for, and then all at once. */
  private static boolean hasReadableQuery(HttpServerRequest request) {
    try {
      return request.query() == null || request.params() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void onInvalid(HttpServerRequest request) {
    var call = new Call(request, loop);
    call.fail(
        ApiError.of(
            ApiError.Kind.INVALID_REQUEST,
            "The HTTP request is malformed, or its first line or headers are too long."));
    request.connection().close();
  }

  /** Refuses new calls and ends those that lose nothing by it. Any thread may call it. */
  public void drain() {
    loop.execute(
        () -> {
          isDraining = true;
          open.drain();
        });
  }

  /** Answers the calls that are left. Any thread may call it. */
  public void abandon() {
    loop.execute(open::abandon);
  }
}
