package io.millrace.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A provider of OpenAI's kind that answers everything with the same words and keeps what it was
 * sent, by the {@code user} of the body.
 */
final class RecordingProvider implements AutoCloseable {

  private static final String COMPLETION =
      """
      {"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"mirror-2026-01-01",
       "choices":[{"index":0,"finish_reason":"stop","logprobs":null,
         "message":{"role":"assistant","content":"Yes.","refusal":null,"annotations":[]}}],
       "usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4,
         "prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},
         "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,
           "accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}""";
  private static final String EMBEDDINGS =
      """
      {"object":"list","model":"mirror-2026-01-01",
       "data":[{"object":"embedding","index":0,"embedding":[0.25,-0.5]}],
       "usage":{"prompt_tokens":3,"total_tokens":3}}""";

  private static final List<String> CATEGORIES =
      List.of(
          "harassment",
          "harassment/threatening",
          "hate",
          "hate/threatening",
          "illicit",
          "illicit/violent",
          "self-harm",
          "self-harm/instructions",
          "self-harm/intent",
          "sexual",
          "sexual/minors",
          "violence",
          "violence/graphic");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, JsonNode> bodies = new ConcurrentHashMap<>();

  private RecordingProvider(HttpServer server) {
    this.server = server;
  }

  static RecordingProvider start() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var provider = new RecordingProvider(server);
    server.createContext("/v1/chat/completions", call -> provider.answer(call, COMPLETION));
    server.createContext("/v1/embeddings", call -> provider.answer(call, EMBEDDINGS));
    server.createContext("/v1/moderations", provider::moderate);
    server.setExecutor(provider.threads);
    server.start();
    return provider;
  }

  /** What {@code providers[].baseUrl} is to be. */
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  /** The body that came for this user. */
  JsonNode bodyOf(String user) {
    return bodies.getOrDefault(user, Client.JSON.missingNode());
  }

  private void answer(HttpExchange call, String answer) throws IOException {
    var body = Client.JSON.readTree(call.getRequestBody().readAllBytes());
    bodies.put(body.path("user").asText(), body);
    answer(call, answer.getBytes(StandardCharsets.UTF_8));
  }

  private void moderate(HttpExchange call) throws IOException {
    var input = Client.JSON.readTree(call.getRequestBody().readAllBytes()).path("input");
    boolean isOne = !input.isArray() || input.path(0).isObject();
    var answer = Client.JSON.createObjectNode().put("id", "modr-1").put("model", "mirror");
    var results = answer.putArray("results");
    for (int i = 0; i < (isOne ? 1 : input.size()); i++) {
      var result = results.addObject().put("flagged", false);
      var flags = result.putObject("categories");
      var scores = result.putObject("category_scores");
      var types = result.putObject("category_applied_input_types");
      for (var category : CATEGORIES) {
        flags.put(category, false);
        scores.put(category, 0.25);
        types.putArray(category).add("text");
      }
    }
    answer(call, Client.JSON.writeValueAsBytes(answer));
  }

  private static void answer(HttpExchange call, byte[] body) throws IOException {
    try (call) {
      call.getResponseHeaders().set("Content-Type", "application/json");
      call.sendResponseHeaders(200, body.length);
      call.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
