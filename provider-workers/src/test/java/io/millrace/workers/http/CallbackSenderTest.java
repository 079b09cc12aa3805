package io.millrace.workers.http;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.CallbackRequested;
import io.millrace.schemas.config.CallbacksConfig;
import io.millrace.workers.WebhookSignature;
import io.millrace.workers.http.CallbackSender.Delivery;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallbackSenderTest {

  private static final WebhookSignature SIGNATURE =
      new WebhookSignature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  private static final String PAYLOAD = "{\"type\":\"request.completed\"}";

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, String> seen = new ConcurrentHashMap<>();

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void shouldPostSignedWhenTheEndpointTakesIt() throws Exception {
    // Given
    int port = listen(r -> r.response().setStatusCode(204).end());
    // When
    var delivery = deliver(sender(true), "acme", "http://hook.test:" + port + "/in?x=1");
    // Then
    assertThat(delivery).isEqualTo(new Delivery.Delivered(204));
    assertThat(seen)
        .containsEntry("uri", "/in?x=1")
        .containsEntry("body", PAYLOAD)
        .containsEntry("host", "hook.test:" + port)
        .containsEntry("content-type", "application/json")
        .containsEntry("webhook-id", "wh_1")
        .containsEntry("webhook-timestamp", Long.toString(NOW.getEpochSecond()))
        .containsEntry(
            "webhook-signature", SIGNATURE.sign("wh_1", NOW.getEpochSecond(), utf8(PAYLOAD)));
    assertThat(seen.get("user-agent")).startsWith("Millrace/");
  }

  @ParameterizedTest
  @CsvSource({"500, true", "302, true", "429, true", "404, true", "410, false"})
  void shouldFailWithTheWishWhenTheEndpointSaysSo(int status, boolean isRetriable)
      throws Exception {
    // Given
    int port =
        listen(
            r ->
                r.response()
                    .setStatusCode(status)
                    .putHeader("location", "/elsewhere")
                    .putHeader("retry-after", "9")
                    .end());
    // When
    var delivery = deliver(sender(true), "acme", "http://hook.test:" + port + "/");
    // Then
    assertThat(delivery)
        .isEqualTo(
            new Delivery.Failed(
                isRetriable, status, Duration.ofSeconds(9), "endpoint answered " + status));
    assertThat(seen).containsEntry("uri", "/");
  }

  @Test
  void shouldFailForNowWhenTheEndpointIsSilent() throws Exception {
    // Given
    int port = listen(r -> {});
    // When
    var delivery = deliver(sender(true), "acme", "http://hook.test:" + port + "/");
    // Then
    assertThat(delivery)
        .isEqualTo(new Delivery.Failed(true, 0, Duration.ZERO, "timed out after PT0.5S"));
  }

  @ParameterizedTest
  @CsvSource({
    "acme, http://hook.test/, not https",
    "acme, https://hook.test/, address is not public",
    "acme, https://mixed.test/, address is not public",
    "acme, https://127.0.0.1/, address is not public",
    "other, https://hook.test/, account has no callback secret"
  })
  void shouldFailForGoodWhenItMustNotBeSent(String account, String url, String why)
      throws Exception {
    // When
    var delivery = deliver(sender(false), account, url);
    // Then
    assertThat(delivery).isEqualTo(new Delivery.Failed(false, 0, Duration.ZERO, why));
  }

  @Test
  void shouldFailForNowWhenTheHostIsUnknown() throws Exception {
    // When
    var delivery = deliver(sender(false), "acme", "https://nowhere.test/");
    // Then
    assertThat(delivery).isEqualTo(new Delivery.Failed(true, 0, Duration.ZERO, "host is unknown"));
  }

  private CallbackSender sender(boolean allowPrivateNetworks) {
    var config = new CallbacksConfig(allowPrivateNetworks, 3, Duration.ofMillis(500), 8, 4);
    return new CallbackSender(
        vertx,
        EventLoops.of(vertx),
        config,
        CallbackSenderTest::resolve,
        Map.of("acme", SIGNATURE),
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static List<InetAddress> resolve(String host) throws UnknownHostException {
    return switch (host) {
      case "hook.test", "127.0.0.1" -> List.of(InetAddress.getLoopbackAddress());
      case "mixed.test" ->
          List.of(InetAddress.getByName("1.1.1.1"), InetAddress.getByName("10.0.0.1"));
      default -> throw new UnknownHostException(host);
    };
  }

  private static Delivery deliver(CallbackSender sender, String account, String url)
      throws Exception {
    var callback =
        CallbackRequested.newBuilder()
            .setCallbackId("wh_1")
            .setRequestId("req_1")
            .setAccount(account)
            .setUrl(url)
            .setEventType("request.completed")
            .setNumber(1)
            .setWrittenAt(NOW)
            .setPayload(utf8(PAYLOAD))
            .build();
    return sender
        .send(callback)
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private int listen(Handler<HttpServerRequest> endpoint) throws Exception {
    return vertx
        .createHttpServer()
        .requestHandler(
            r ->
                r.bodyHandler(
                    body -> {
                      seen.put("uri", r.uri());
                      seen.put("body", body.toString());
                      r.headers()
                          .forEach(
                              h -> seen.put(h.getKey().toLowerCase(Locale.ROOT), h.getValue()));
                      endpoint.handle(r);
                    }))
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS)
        .actualPort();
  }
}
