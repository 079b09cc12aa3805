package io.millrace.simulator.cohere;

import io.millrace.simulator.engine.Engine;
import io.millrace.simulator.http.CallIntake;
import io.millrace.simulator.http.Routes;
import io.millrace.simulator.http.WireError;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Cohere's paths. */
public final class CohereRoutes implements Routes {
  private static final String CHAT = "/v2/chat";
  private static final String EMBED = "/v2/embed";

  private final CallIntake intake;

  public CohereRoutes(Vertx vertx, Engine engine) {
    this.intake = new CallIntake(vertx, engine, new Form());
  }

  @Override
  public boolean owns(String path) {
    return path.equals(CHAT) || path.equals(EMBED);
  }

  @Override
  public void handle(HttpServerRequest request) {
    intake.take(
        request, request.path().equals(CHAT) ? CohereChatReader::read : CohereEmbedCall::read);
  }

  private static final class Form implements CallIntake.Form {
    @Override
    public String key(HttpServerRequest request) {
      return CallIntake.bearer(request);
    }

    @Override
    public void errorHeaders(MultiMap headers) {
      headers.set(HttpHeaders.CONTENT_TYPE, "application/json");
    }

    @Override
    public WireError wrongKey(boolean isMissing) {
      return CohereError.of(401, isMissing ? "no api key supplied" : "invalid api token");
    }

    @Override
    public WireError bodyTooLarge(int bytesMax) {
      return CohereError.of(413, "the request body is larger than %d bytes".formatted(bytesMax));
    }

    @Override
    public WireError wrongMethod(String method, String path) {
      return CohereError.of(405, "%s is not allowed on %s".formatted(method, path));
    }
  }
}
