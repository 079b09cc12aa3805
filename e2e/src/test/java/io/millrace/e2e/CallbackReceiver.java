package io.millrace.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A client's endpoint: keeps what it is sent, and refuses the first so many deliveries. */
final class CallbackReceiver implements AutoCloseable {

  private final HttpServer server;
  private final int refusals;
  private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();

  record Delivery(Map<String, List<String>> headers, String body) {}

  private CallbackReceiver(HttpServer server, int refusals) {
    this.server = server;
    this.refusals = refusals;
  }

  static CallbackReceiver start(int refusals) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var receiver = new CallbackReceiver(server, refusals);
    server.createContext("/", receiver::handle);
    server.start();
    return receiver;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/callback";
  }

  List<Delivery> deliveries() {
    return List.copyOf(deliveries);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      deliveries.add(new Delivery(Map.copyOf(exchange.getRequestHeaders()), body));
      exchange.sendResponseHeaders(deliveries.size() <= refusals ? 500 : 204, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
