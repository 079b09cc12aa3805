package io.millrace.simulator.http;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * One event loop's share of the server; the faces are asked in order, the last one owns the rest.
 */
public final class SimulatorServer extends VerticleBase {
  private static final int CONNECTIONS_WAITING_MAX = 4096;
  private static final int STREAMS_PER_CONNECTION_MAX = 100_000;

  private final String host;
  private final int port;
  private final List<Routes> faces;
  private final IntConsumer onListening;

  public SimulatorServer(String host, int port, List<Routes> faces, IntConsumer onListening) {
    this.host = host;
    this.port = port;
    this.faces = List.copyOf(faces);
    this.onListening = onListening;
  }

  @Override
  public Future<?> start() {
    return vertx
        .createHttpServer(options())
        .requestHandler(this::handle)
        .listen(port, host)
        .onSuccess(server -> onListening.accept(server.actualPort()));
  }

  private static HttpServerOptions options() {
    return new HttpServerOptions()
        .setAcceptBacklog(CONNECTIONS_WAITING_MAX)
        .setInitialSettings(
            new Http2Settings().setMaxConcurrentStreams(STREAMS_PER_CONNECTION_MAX));
  }

  private void handle(HttpServerRequest request) {
    String path = request.path();
    for (Routes face : faces) {
      if (face.owns(path)) {
        face.handle(request);
        return;
      }
    }
    request.response().setStatusCode(404).end();
  }
}
