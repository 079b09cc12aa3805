package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.Engine;
import io.millrace.simulator.http.Exchange;
import io.millrace.simulator.http.RequestBody;
import io.millrace.simulator.http.Routes;
import io.millrace.simulator.http.WireError;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * OpenAI's paths. Also answers for every path that no other face owns, as OpenAI answers an unknown
 * URL.
 */
public final class OpenAiRoutes implements Routes {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String CLIENT_REQUEST_ID = "X-Client-Request-Id";
  private static final String MODELS = "/v1/models";
  private static final String BEARER = "Bearer ";
  private static final long MODEL_CREATED_SECONDS = 1_735_689_600;

  private final Vertx vertx;
  private final Engine engine;
  private final InstantSource clock;

  public OpenAiRoutes(Vertx vertx, Engine engine, InstantSource clock) {
    this.vertx = vertx;
    this.engine = engine;
    this.clock = clock;
  }

  @Override
  public boolean owns(String path) {
    return true;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Address address = Address.of(request.path());
    // Azure answers to a deployment's path only beside a version.
    boolean isVersioned = address.model().isEmpty() || request.getParam("api-version") != null;
    switch (isVersioned ? address.operation() : "") {
      case "/v1/chat/completions" ->
          call(request, body -> ChatReader.read(body, clock.instant().getEpochSecond(), address));
      case "/v1/responses" ->
          call(
              request,
              body -> ResponsesReader.read(body, clock.instant().getEpochSecond(), address));
      case "/v1/moderations" -> call(request, body -> ModerationsCall.read(body, address));
      case "/v1/embeddings" -> call(request, body -> EmbeddingsCall.read(body, address));
      case MODELS -> models(request);
      case String path when path.startsWith(MODELS + "/") -> model(request, path);
      case String other ->
          respond(request, OpenAiError.unknownUrl(request.method().name(), request.path()));
    }
  }

  private void call(HttpServerRequest request, Function<byte[], Parsed> read) {
    if (!request.method().equals(HttpMethod.POST)) {
      respond(request, OpenAiError.wrongMethod(request.method().name(), request.path()));
      return;
    }
    int bytesMax = engine.script().limits().bodyBytesMax();
    RequestBody.read(
        request,
        bytesMax,
        body -> begin(request, () -> read.apply(body)),
        () -> begin(request, () -> OpenAiError.bodyTooLarge(bytesMax)));
  }

  private void begin(HttpServerRequest request, Supplier<Parsed> read) {
    String requestId = header(request, CLIENT_REQUEST_ID);
    var exchange = new Exchange(vertx, request, engine.begin(requestId));
    String key = key(request);
    Parsed parsed = engine.accepts(key) ? read.get() : OpenAiError.wrongKey(key.isEmpty());
    switch (parsed) {
      case OpenAiCall call -> exchange.run(call);
      case OpenAiError error -> {
        OpenAiHeaders.add(request.response().headers());
        exchange.refuse(error.toWire(Map.of()));
      }
    }
  }

  private static String key(HttpServerRequest request) {
    String authorization = header(request, HttpHeaders.AUTHORIZATION);
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? authorization.substring(BEARER.length()).trim()
        : header(request, "api-key");
  }

  private static String header(HttpServerRequest request, CharSequence name) {
    String value = request.getHeader(name);
    return value == null ? "" : value;
  }

  private void models(HttpServerRequest request) {
    if (isReadable(request)) {
      ObjectNode list = MAPPER.createObjectNode().put("object", "list");
      ArrayNode data = list.putArray("data");
      engine.modelNames().forEach(name -> data.add(model(name)));
      respond(request, 200, Buffer.buffer(list.toString()));
    }
  }

  private void model(HttpServerRequest request, String path) {
    if (isReadable(request)) {
      String name = Address.decoded(path.substring(MODELS.length() + 1));
      if (engine.knows(name)) {
        respond(request, 200, Buffer.buffer(model(name).toString()));
      } else {
        respond(request, OpenAiError.unknownModel(name));
      }
    }
  }

  private boolean isReadable(HttpServerRequest request) {
    String key = key(request);
    if (!engine.accepts(key)) {
      respond(request, OpenAiError.wrongKey(key.isEmpty()));
      return false;
    }
    if (!request.method().equals(HttpMethod.GET)) {
      respond(request, OpenAiError.wrongMethod(request.method().name(), request.path()));
      return false;
    }
    return true;
  }

  private static ObjectNode model(String name) {
    return MAPPER
        .createObjectNode()
        .put("id", name)
        .put("object", "model")
        .put("created", MODEL_CREATED_SECONDS)
        .put("owned_by", "simulator");
  }

  private static void respond(HttpServerRequest request, OpenAiError error) {
    WireError wire = error.toWire(Map.of());
    respond(request, wire.status(), wire.body());
  }

  private static void respond(HttpServerRequest request, int status, Buffer body) {
    OpenAiHeaders.add(request.response().headers());
    request.response().setStatusCode(status).end(body);
  }
}
