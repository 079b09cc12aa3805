package io.millrace.workers.http;

import io.millrace.schemas.CallbackRequested;
import io.millrace.schemas.config.CallbacksConfig;
import io.millrace.workers.AddressPolicy;
import io.millrace.workers.AddressPolicy.Destination;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.RetryAfter;
import io.millrace.workers.WebhookSignature;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Posts callbacks to clients' URLs: signed, without following redirects, and only to the address
 * that was judged. How many run at once is the caller's decision.
 */
public final class CallbackSender implements AutoCloseable {

  /** Only the status matters; a connection whose answer is longer is not worth keeping. */
  private static final long ANSWER_BYTES_MAX = 16 * 1024;

  private static final int GONE = 410;

  private final Vertx vertx;
  private final EventLoops loops;
  private final AddressPolicy policy;
  private final Map<String, WebhookSignature> signatures;
  private final Duration timeout;
  private final Clock clock;
  private final PinnedConnections connections;

  /** What came of a delivery. */
  public sealed interface Delivery {

    record Delivered(int status) implements Delivery {}

    /**
     * @param status 0 when none came
     */
    record Failed(boolean isRetriable, int status, Duration retryAfter, String why)
        implements Delivery {

      static Failed forGood(String why) {
        return new Failed(false, 0, Duration.ZERO, why);
      }

      static Failed forNow(String why) {
        return new Failed(true, 0, Duration.ZERO, why);
      }
    }
  }

  /**
   * @param signatures by account
   */
  public CallbackSender(
      Vertx vertx,
      EventLoops loops,
      CallbacksConfig config,
      AddressResolver resolver,
      Map<String, WebhookSignature> signatures,
      Clock clock) {
    this.vertx = vertx;
    this.loops = loops;
    this.policy = new AddressPolicy(config.allowPrivateNetworks());
    this.signatures = Map.copyOf(signatures);
    this.timeout = config.timeout();
    this.clock = clock;
    this.connections =
        new PinnedConnections(vertx, "callbacks", policy, resolver, config.concurrencyPerHostMax());
  }

  /** Makes the delivery; the future never fails. */
  public Future<Delivery> send(CallbackRequested callback) {
    var signature = signatures.get(callback.getAccount());
    if (signature == null) {
      return Future.succeededFuture(Delivery.Failed.forGood("account has no callback secret"));
    }
    return switch (policy.judge(callback.getUrl())) {
      case Destination.Forbidden forbidden ->
          Future.succeededFuture(Delivery.Failed.forGood(forbidden.why()));
      case Destination.Allowed to -> {
        Promise<Delivery> delivery = Promise.promise();
        loops.next().runOnContext(v -> new Post(to, signature, callback, delivery).start());
        yield delivery.future();
      }
    };
  }

  @Override
  public void close() {
    connections.close();
  }

  /** One delivery, on one event loop. */
  private final class Post {
    private final Destination.Allowed to;
    private final WebhookSignature signature;
    private final CallbackRequested callback;
    private final Promise<Delivery> delivery;
    private final long timer;
    private @Nullable HttpClientRequest request;
    private long bytes;

    Post(
        Destination.Allowed to,
        WebhookSignature signature,
        CallbackRequested callback,
        Promise<Delivery> delivery) {
      this.to = to;
      this.signature = signature;
      this.callback = callback;
      this.delivery = delivery;
      this.timer = vertx.setTimer(timeout.toMillis(), id -> onTimeout());
    }

    void start() {
      connect().compose(this::post).onSuccess(this::onHead).onFailure(e -> fail(failureOf(e)));
    }

    private Future<HttpClientRequest> connect() {
      return connections.connect(HttpMethod.POST, to);
    }

    private Future<HttpClientResponse> post(HttpClientRequest connected) {
      request = connected;
      if (delivery.future().isComplete()) {
        connected.reset();
        return Future.failedFuture(new TimeoutException());
      }
      long now = clock.instant().getEpochSecond();
      connected
          .putHeader("content-type", "application/json")
          .putHeader("user-agent", "Millrace/1.0")
          .putHeader("webhook-id", callback.getCallbackId())
          .putHeader("webhook-timestamp", Long.toString(now))
          .putHeader(
              "webhook-signature",
              signature.sign(callback.getCallbackId(), now, callback.getPayload()));
      var payload = callback.getPayload().duplicate();
      var body = new byte[payload.remaining()];
      payload.get(body);
      return connected.send(Buffer.buffer(body));
    }

    private void onHead(HttpClientResponse answer) {
      answer.exceptionHandler(e -> {});
      answer.handler(
          buffer -> {
            bytes += buffer.length();
            if (bytes > ANSWER_BYTES_MAX) {
              reset();
            }
          });
      long guard = vertx.setTimer(timeout.toMillis(), id -> reset());
      answer.endHandler(v -> vertx.cancelTimer(guard));
      int status = answer.statusCode();
      if (status >= 200 && status < 300) {
        settle(new Delivery.Delivered(status));
        return;
      }
      var head =
          new ResponseHead(
              status, name -> Optional.ofNullable(answer.getHeader(name)), clock.instant());
      fail(
          new Delivery.Failed(
              status != GONE, status, RetryAfter.of(head), "endpoint answered " + status));
    }

    private void onTimeout() {
      fail(Delivery.Failed.forNow("timed out after " + timeout));
      reset();
    }

    private void reset() {
      if (request != null) {
        request.reset();
      }
    }

    private void fail(Delivery.Failed failed) {
      settle(failed);
    }

    private void settle(Delivery what) {
      vertx.cancelTimer(timer);
      delivery.tryComplete(what);
    }
  }

  private static Delivery.Failed failureOf(Throwable cause) {
    return switch (cause) {
      case PinnedConnections.ForbiddenAddressException e ->
          Delivery.Failed.forGood("address is not public");
      case UnknownHostException e -> Delivery.Failed.forNow("host is unknown");
      default -> Delivery.Failed.forNow("no connection: " + cause.getClass().getSimpleName());
    };
  }
}
