package io.millrace.standalone.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The part of the HTTP face that a run uses, in memory: it finishes every line at once, shows as
 * many results as it is told, and can be away. One event loop, so no locks but the one for the
 * test.
 */
final class ScriptedServer implements AutoCloseable {

  static final String KEY = "sesame";

  /** A line with this custom_id fails upstream. */
  static final String FAILING = "failing";

  private final ObjectMapper json = new ObjectMapper();
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  /** Results in the order they finished, by request id. */
  private final Map<String, ObjectNode> results = new LinkedHashMap<>();

  private int shown = Integer.MAX_VALUE;
  private int refusals;
  private int pageMax = 3;
  private int linesReceived;
  private boolean isCut;

  ScriptedServer() throws Exception {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.body().onSuccess(body -> answer(request, body)));
    server
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** Answers 503 to so many of the next calls. */
  synchronized void refuseNext(int calls) {
    refusals = calls;
  }

  /** Shows this many results; once they are read it breaks off connections, as if killed. */
  synchronized void showOnly(int count) {
    shown = count;
  }

  /** Breaks the next page of results off in the middle. */
  synchronized void cutNextPage() {
    isCut = true;
  }

  synchronized void showAll() {
    shown = Integer.MAX_VALUE;
  }

  synchronized int requests() {
    return results.size();
  }

  synchronized int linesReceived() {
    return linesReceived;
  }

  synchronized void forget() {
    results.clear();
  }

  private synchronized void answer(HttpServerRequest request, Buffer body) {
    var response = request.response();
    if (!("Bearer " + KEY).equals(request.getHeader("Authorization"))) {
      refuse(response, 401, "Incorrect API key provided.");
    } else if (refusals > 0) {
      refusals--;
      refuse(response, 503, "The server is overloaded.");
    } else if (request.path().equals("/v1/requests:bulk")) {
      response.end(bulk(request.getHeader("Idempotency-Key"), body.toString()));
    } else if (request.path().equals("/v1/results")) {
      page(request);
    } else if (request.path().startsWith("/v1/requests/")) {
      var id = request.path().substring("/v1/requests/".length());
      if (results.containsKey(id)) {
        response.end("{\"id\":\"" + id + "\"}");
      } else {
        refuse(response, 404, "No such request");
      }
    } else {
      refuse(response, 404, "Invalid URL");
    }
  }

  private String bulk(String runKey, String body) {
    var receipts = new StringBuilder();
    int number = 0;
    for (var line : body.split("\n")) {
      linesReceived++;
      receipts.append(receipt(++number, "bulk_" + runKey, line)).append('\n');
    }
    return receipts.toString();
  }

  private ObjectNode receipt(int number, String batch, String line) {
    var receipt = json.createObjectNode().put("line", number).put("batch_id", batch);
    JsonNode parsed;
    try {
      parsed = json.readTree(line);
    } catch (IOException e) {
      receipt.putNull("custom_id");
      receipt
          .putObject("error")
          .put("message", "not JSON")
          .put("type", "invalid_request_error")
          .putNull("code");
      return receipt;
    }
    var customId = parsed.path("custom_id").asText();
    var id = "req_" + Integer.toHexString((batch + customId).hashCode());
    results.computeIfAbsent(id, added -> result(added, customId));
    return receipt.put("custom_id", customId).put("id", id).put("status", "queued");
  }

  private ObjectNode result(String id, String customId) {
    var result = json.createObjectNode().put("id", "batch_" + id).put("custom_id", customId);
    result.put("cursor", 100 + results.size());
    boolean fails = customId.equals(FAILING);
    var response = result.putObject("response");
    response.put("status_code", fails ? 500 : 200).put("request_id", id);
    if (fails) {
      response.putObject("body").putObject("error").put("message", "upstream");
    } else {
      response
          .putObject("body")
          .putObject("usage")
          .put("prompt_tokens", 10)
          .put("completion_tokens", 5);
    }
    result.putNull("error");
    return result;
  }

  private void page(HttpServerRequest request) {
    var after = request.getParam("after");
    long cursor = after == null ? -1 : Long.parseLong(after);
    List<ObjectNode> all = new ArrayList<>(results.values());
    var visible = all.subList(0, Math.min(shown, all.size()));
    var page =
        visible.stream()
            .filter(result -> result.path("cursor").asLong() > cursor)
            .limit(pageMax)
            .map(ObjectNode::toString)
            .toList();
    if (page.isEmpty() && visible.size() < all.size()) {
      request.connection().close();
      return;
    }
    var text = String.join("\n", page) + "\n";
    if (isCut) {
      isCut = false;
      request.response().setChunked(true);
      request
          .response()
          .write(text.substring(0, text.length() - 20))
          .onComplete(done -> request.response().reset());
      return;
    }
    request.response().end(text);
  }

  private void refuse(HttpServerResponse response, int status, String message) {
    response
        .setStatusCode(status)
        .end(
            "{\"error\":{\"message\":\""
                + message
                + "\",\"type\":\"x\",\"param\":null,\"code\":null}}");
  }

  @Override
  public void close() {
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
