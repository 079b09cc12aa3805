package io.millrace.simulator.control;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.Engine;
import io.millrace.simulator.engine.SimulatorStats;
import io.millrace.simulator.http.RequestBody;
import io.millrace.simulator.http.Routes;
import io.millrace.simulator.openai.OpenAiError;
import io.millrace.simulator.openai.OpenAiHeaders;
import io.millrace.simulator.script.ScriptException;
import io.millrace.simulator.script.SimulatorScript;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.TreeMap;

/** Sets and shows the script, shows and resets the counts. Asks for no key. */
public final class ControlRoutes implements Routes {
  private static final String PREFIX = "/_simulator/";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int SCRIPT_BYTES_MAX = 16 << 20;

  private final Engine engine;

  public ControlRoutes(Engine engine) {
    this.engine = engine;
  }

  @Override
  public boolean owns(String path) {
    return path.startsWith(PREFIX);
  }

  @Override
  public void handle(HttpServerRequest request) {
    String method = request.method().name();
    switch (method + " " + request.path()) {
      case "GET /_simulator/script" -> respondScript(request);
      case "PUT /_simulator/script" -> readScript(request);
      case "DELETE /_simulator/script" -> {
        engine.script(SimulatorScript.defaults(), System.nanoTime());
        respondScript(request);
      }
      case "GET /_simulator/stats" -> respondStats(request);
      case "DELETE /_simulator/stats" -> {
        engine.resetStats();
        respondStats(request);
      }
      case "GET /_simulator/requests" -> {
        OpenAiHeaders.add(request.response().headers());
        new RequestCountsWriter(request.response(), engine.requests()).start();
      }
      default -> respondUnknown(request, method);
    }
  }

  private void readScript(HttpServerRequest request) {
    RequestBody.read(
        request,
        SCRIPT_BYTES_MAX,
        body -> setScript(request, body),
        () -> respond(request, OpenAiError.bodyTooLarge(SCRIPT_BYTES_MAX)));
  }

  private void setScript(HttpServerRequest request, byte[] body) {
    try {
      engine.script(SimulatorScript.parse(body), System.nanoTime());
    } catch (ScriptException wrong) {
      respond(request, OpenAiError.invalid("invalid_value", wrong.field(), wrong.problem()));
      return;
    }
    respondScript(request);
  }

  private void respondScript(HttpServerRequest request) {
    respond(request, 200, Buffer.buffer(engine.script().toJson()));
  }

  private void respondStats(HttpServerRequest request) {
    respond(request, 200, Buffer.buffer(json(engine.stats()).toString()));
  }

  private static ObjectNode json(SimulatorStats stats) {
    ObjectNode root = MAPPER.createObjectNode().put("calls", stats.calls());
    ObjectNode byModel = root.putObject("byModel");
    new TreeMap<>(stats.byModel())
        .forEach(
            (name, model) ->
                byModel
                    .putObject(name)
                    .put("calls", model.calls())
                    .put("inputTokens", model.inputTokens())
                    .put("outputTokens", model.outputTokens()));
    root.put("inputTokens", stats.inputTokens()).put("outputTokens", stats.outputTokens());
    SimulatorStats.Outcomes outcomes = stats.outcomes();
    root.put("started", outcomes.started())
        .put("failed", outcomes.failed())
        .put("rateLimited", outcomes.rateLimited())
        .put("hung", outcomes.hung())
        .put("cut", outcomes.cut())
        .put("disconnected", outcomes.disconnected());
    root.put("inFlight", stats.inFlight().now()).put("inFlightMax", stats.inFlight().max());
    root.put("requests", stats.requests().distinct())
        .put("requestsUncounted", stats.requests().uncounted());
    return root;
  }

  private void respondUnknown(HttpServerRequest request, String method) {
    boolean isKnownPath =
        switch (request.path()) {
          case "/_simulator/script", "/_simulator/stats", "/_simulator/requests" -> true;
          default -> false;
        };
    respond(
        request,
        isKnownPath
            ? OpenAiError.wrongMethod(method, request.path())
            : OpenAiError.unknownUrl(method, request.path()));
  }

  private static void respond(HttpServerRequest request, OpenAiError error) {
    respond(request, error.status(), error.toWire(Map.of()).body());
  }

  private static void respond(HttpServerRequest request, int status, Buffer body) {
    OpenAiHeaders.add(request.response().headers());
    request.response().setStatusCode(status).end(body);
  }
}
