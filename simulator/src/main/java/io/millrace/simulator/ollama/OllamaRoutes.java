package io.millrace.simulator.ollama;

import io.millrace.simulator.engine.Engine;
import io.millrace.simulator.http.CallIntake;
import io.millrace.simulator.http.Routes;
import io.millrace.simulator.http.WireError;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;

/** Ollama's paths. */
public final class OllamaRoutes implements Routes {
  private static final String CHAT = "/api/chat";
  private static final String EMBED = "/api/embed";

  private final CallIntake intake;
  private final InstantSource clock;

  public OllamaRoutes(Vertx vertx, Engine engine, InstantSource clock) {
    this.intake = new CallIntake(vertx, engine, new Form());
    this.clock = clock;
  }

  @Override
  public boolean owns(String path) {
    return path.equals(CHAT) || path.equals(EMBED);
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (request.path().equals(CHAT)) {
      intake.take(request, body -> OllamaChatReader.read(body, clock.instant()));
    } else {
      intake.take(request, OllamaEmbedCall::read);
    }
  }

  private static final class Form implements CallIntake.Form {
    @Override
    public String key(HttpServerRequest request) {
      return CallIntake.bearer(request);
    }

    @Override
    public void errorHeaders(MultiMap headers) {
      headers.set(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8");
    }

    @Override
    public WireError wrongKey(boolean isMissing) {
      return OllamaError.of(401, "unauthorized");
    }

    @Override
    public WireError bodyTooLarge(int bytesMax) {
      return OllamaError.of(413, "http: request body too large");
    }

    @Override
    public WireError wrongMethod(String method, String path) {
      return OllamaError.of(405, "method not allowed");
    }
  }
}
