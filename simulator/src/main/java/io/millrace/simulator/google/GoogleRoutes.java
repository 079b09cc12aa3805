package io.millrace.simulator.google;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.simulator.engine.Engine;
import io.millrace.simulator.http.Exchange;
import io.millrace.simulator.http.RequestBody;
import io.millrace.simulator.http.Routes;
import io.millrace.simulator.http.WireError;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;

/** Google's paths: models of the Gemini API and of Vertex AI, and where tokens are lent. */
public final class GoogleRoutes implements Routes {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String CLIENT_REQUEST_ID = "X-Client-Request-Id";
  private static final String TOKEN = "/token";
  private static final String BEARER = "Bearer ";

  private final Vertx vertx;
  private final Engine engine;

  public GoogleRoutes(Vertx vertx, Engine engine) {
    this.vertx = vertx;
    this.engine = engine;
  }

  @Override
  public boolean owns(String path) {
    return path.equals(TOKEN) || Target.owns(path);
  }

  @Override
  public void handle(HttpServerRequest request) {
    request.response().putHeader(HttpHeaders.CONTENT_TYPE, GoogleCall.JSON);
    Target target = Target.of(request.path());
    boolean isToken = request.path().equals(TOKEN);
    if (!request.method().equals(HttpMethod.POST) || (target.call().isEmpty() && !isToken)) {
      respond(request, GoogleError.notFound(request.path()).toWire(Map.of()));
      return;
    }
    int bytesMax = engine.script().limits().bodyBytesMax();
    RequestBody.read(
        request,
        bytesMax,
        body -> {
          if (isToken) {
            String key = engine.script().access().requiredKey();
            respond(request, TokenEndpoint.answer(body, key));
          } else {
            begin(request, () -> read(request, target, body));
          }
        },
        () -> begin(request, () -> tooLarge(bytesMax)));
  }

  private void begin(HttpServerRequest request, Supplier<Parsed> read) {
    var exchange = new Exchange(vertx, request, engine.begin(header(request, CLIENT_REQUEST_ID)));
    String token = token(request);
    String key = token.isEmpty() ? key(request) : token;
    Parsed parsed =
        engine.accepts(key) ? read.get() : GoogleError.wrongKey(key.isEmpty(), !token.isEmpty());
    switch (parsed) {
      case GoogleCall call -> exchange.run(call);
      case GoogleError error -> exchange.refuse(error.toWire(Map.of()));
    }
  }

  private static Parsed read(HttpServerRequest request, Target target, byte[] body) {
    JsonNode root = tree(body);
    if (!root.isObject()) {
      return GoogleError.invalid("Invalid JSON payload received.");
    }
    return switch (target.call()) {
      case "generateContent" -> GenerateReader.read(body, root, target, false);
      case "streamGenerateContent" ->
          "sse".equals(request.getParam("alt"))
              ? GenerateReader.read(body, root, target, true)
              : GoogleError.invalid("The simulator streams with alt=sse only.");
      case "embedContent" -> EmbedCall.read(body, root, target, EmbedCall.Form.CONTENT);
      case "batchEmbedContents" -> EmbedCall.read(body, root, target, EmbedCall.Form.BATCH);
      case "predict" -> EmbedCall.read(body, root, target, EmbedCall.Form.INSTANCES);
      case String other -> GoogleError.notFound("Method " + other);
    };
  }

  private static GoogleError tooLarge(int bytesMax) {
    return GoogleError.invalid(
        "Request payload size exceeds the limit: %d bytes.".formatted(bytesMax));
  }

  private static JsonNode tree(byte[] body) {
    try {
      return MAPPER.readTree(body);
    } catch (JacksonException notJson) {
      return MissingNode.getInstance();
    } catch (IOException unreachable) {
      throw new IllegalStateException("reading from memory failed", unreachable);
    }
  }

  private static String token(HttpServerRequest request) {
    String authorization = header(request, HttpHeaders.AUTHORIZATION);
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? authorization.substring(BEARER.length()).trim()
        : "";
  }

  private static String key(HttpServerRequest request) {
    String header = header(request, "x-goog-api-key");
    String parameter = request.getParam("key");
    return header.isEmpty() && parameter != null ? parameter : header;
  }

  private static String header(HttpServerRequest request, CharSequence name) {
    String value = request.getHeader(name);
    return value == null ? "" : value;
  }

  private static void respond(HttpServerRequest request, WireError answer) {
    request.response().setStatusCode(answer.status()).end(answer.body());
  }
}
