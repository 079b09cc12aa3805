package io.millrace.simulator.anthropic;

import io.millrace.simulator.engine.Engine;
import io.millrace.simulator.http.Exchange;
import io.millrace.simulator.http.RequestBody;
import io.millrace.simulator.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Anthropic's paths, which are also found below {@code /anthropic}. */
public final class AnthropicRoutes implements Routes {
  private static final String MESSAGES = "/v1/messages";
  private static final String PREFIX = "/anthropic";
  private static final String CLIENT_REQUEST_ID = "X-Client-Request-Id";
  private static final String BEARER = "Bearer ";

  private final Vertx vertx;
  private final Engine engine;
  private final InstantSource clock;

  public AnthropicRoutes(Vertx vertx, Engine engine, InstantSource clock) {
    this.vertx = vertx;
    this.engine = engine;
    this.clock = clock;
  }

  @Override
  public boolean owns(String path) {
    return path.equals(MESSAGES)
        || path.startsWith(MESSAGES + "/")
        || path.startsWith(PREFIX + "/");
  }

  @Override
  public void handle(HttpServerRequest request) {
    String path = request.path();
    String own = path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : path;
    if (!own.equals(MESSAGES)) {
      respond(request, new AnthropicError(404, "not_found_error", "Not found"));
    } else if (!request.method().equals(HttpMethod.POST)) {
      respond(request, new AnthropicError(405, "invalid_request_error", "Method Not Allowed"));
    } else {
      int bytesMax = engine.script().limits().bodyBytesMax();
      RequestBody.read(
          request,
          bytesMax,
          body -> begin(request, () -> MessagesReader.read(body, version(request), clock)),
          () -> begin(request, AnthropicError::bodyTooLarge));
    }
  }

  private void begin(HttpServerRequest request, Supplier<Parsed> read) {
    var call = engine.begin(header(request, CLIENT_REQUEST_ID));
    var exchange = new Exchange(vertx, request, call);
    switch (parsed(request, read)) {
      case MessagesCall messages -> exchange.run(messages);
      case AnthropicError error -> {
        String id = AnthropicHeaders.newRequestId();
        AnthropicHeaders.add(request.response().headers(), id);
        exchange.refuse(error.toWire(id));
      }
    }
  }

  private Parsed parsed(HttpServerRequest request, Supplier<Parsed> read) {
    String key = key(request);
    if (!engine.accepts(key)) {
      return AnthropicError.wrongKey(key.isEmpty());
    }
    return version(request).isEmpty()
        ? AnthropicError.invalid("anthropic-version: header is required")
        : read.get();
  }

  private static String version(HttpServerRequest request) {
    return header(request, "anthropic-version");
  }

  private static String key(HttpServerRequest request) {
    String key = header(request, "x-api-key");
    String authorization = header(request, HttpHeaders.AUTHORIZATION);
    boolean isBearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
    return key.isEmpty() && isBearer ? authorization.substring(BEARER.length()).trim() : key;
  }

  private static String header(HttpServerRequest request, CharSequence name) {
    String value = request.getHeader(name);
    return value == null ? "" : value;
  }

  private static void respond(HttpServerRequest request, AnthropicError error) {
    String id = AnthropicHeaders.newRequestId();
    AnthropicHeaders.add(request.response().headers(), id);
    request.response().setStatusCode(error.status()).end(error.toWire(id).body());
  }
}
