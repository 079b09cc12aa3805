package io.millrace.workers.http;

import io.millrace.schemas.config.ProviderTimeouts;
import io.millrace.workers.Breakage;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.ConnectException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP call to a provider, on one event loop. It ends once: answered, broken or abandoned,
 * whichever comes first; what the network says after that is not heard.
 */
final class HttpExchange {

  private static final Logger LOG = LoggerFactory.getLogger(HttpExchange.class);

  /** After a marked end a well-behaved server ends its answer within this time. */
  private static final long LINGER_MS = 2000;

  private final AttemptRunner runner;
  private final Listener listener;
  private final ReplyReader reader;
  private final Consumer<byte[]> deltas;
  private final long startedNanos = System.nanoTime();
  private final long deadlineNanos;

  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;
  private boolean hasHead;
  private long lastHeardNanos = startedNanos;
  private long timer = -1;
  private long bytes;
  private boolean isPaused;
  private boolean hasEnded;

  /** Hears what becomes of an exchange. */
  interface Listener {

    void onHead(ResponseHead head);

    /** The end, once, unless the exchange was abandoned. */
    void onOutcome(Outcome outcome);

    /** A step failed for a fault of our own; the exchange is over. */
    void onFault(RuntimeException fault);
  }

  /**
   * @param deadlineNanos when it must be over, whatever the provider's timeouts say
   */
  HttpExchange(
      AttemptRunner runner,
      ReplyReader reader,
      Consumer<byte[]> deltas,
      long deadlineNanos,
      Listener listener) {
    this.runner = runner;
    this.reader = reader;
    this.deltas = deltas;
    this.deadlineNanos = deadlineNanos;
    this.listener = listener;
  }

  void send(HttpCall call) {
    armTimer();
    runner
        .client()
        .request(options(call))
        .onComplete(
            connected -> {
              if (connected.succeeded()) {
                onConnected(connected.result(), call);
              } else {
                onFailure(connected.cause(), Breakage.NOT_CONNECTED);
              }
            });
  }

  /** Breaks it off; the listener hears what the reader makes of that. */
  void breakOff(Breakage breakage) {
    onBroken(breakage);
  }

  /** Breaks it off unheard. */
  void abandon() {
    if (!hasEnded) {
      end();
      reset();
    }
  }

  void pause() {
    if (!isPaused && !hasEnded && response != null) {
      isPaused = true;
      response.pause();
    }
  }

  void resume() {
    if (isPaused && !hasEnded && response != null) {
      isPaused = false;
      lastHeardNanos = System.nanoTime();
      response.resume();
    }
  }

  private RequestOptions options(HttpCall call) {
    var url = runner.adapter().baseUrl();
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(call.method()))
            .setHost(url.getHost())
            .setPort(portOf(url))
            .setSsl("https".equals(url.getScheme()))
            .setURI(url.getRawPath() + call.path())
            .setConnectTimeout(runner.timeouts().connect().toMillis());
    call.headers().forEach(options::putHeader);
    return options.putHeader("user-agent", "Millrace");
  }

  private static int portOf(URI url) {
    if (url.getPort() != -1) {
      return url.getPort();
    }
    return "https".equals(url.getScheme()) ? 443 : 80;
  }

  private void onConnected(HttpClientRequest connected, HttpCall call) {
    request = connected;
    connected.exceptionHandler(e -> onFailure(e, Breakage.CONNECTION_LOST));
    if (hasEnded) {
      reset();
      return;
    }
    connected
        .send(bufferOf(call.body()))
        .onComplete(
            answered -> {
              if (answered.succeeded()) {
                guarded(() -> onHead(answered.result()));
              } else {
                onFailure(answered.cause(), Breakage.CONNECTION_LOST);
              }
            });
  }

  private void onHead(HttpClientResponse answer) {
    if (hasEnded) {
      return;
    }
    response = answer;
    hasHead = true;
    lastHeardNanos = System.nanoTime();
    armTimer();
    Instant now = runner.clock().instant();
    var head =
        new ResponseHead(
            answer.statusCode(), name -> Optional.ofNullable(answer.getHeader(name)), now);
    listener.onHead(head);
    reader.onHead(head);
    answer.exceptionHandler(e -> onFailure(e, Breakage.CONNECTION_LOST));
    answer.handler(buffer -> guarded(() -> onBytes(buffer)));
    answer.endHandler(v -> guarded(this::onEnd));
  }

  private void onBytes(Buffer buffer) {
    if (hasEnded) {
      return;
    }
    lastHeardNanos = System.nanoTime();
    bytes += buffer.length();
    if (bytes > AttemptRunner.ANSWER_BYTES_MAX) {
      onBroken(Breakage.TOO_LARGE);
      return;
    }
    reader.onBytes(buffer.getBytes(), deltas);
    if (reader.isComplete()) {
      onEnd();
      resetUnlessEnded();
    }
  }

  private void onEnd() {
    if (!hasEnded) {
      var outcome = reader.onEnd(deltas);
      end();
      listener.onOutcome(outcome);
    }
  }

  private void onFailure(Throwable cause, Breakage breakage) {
    if (hasEnded) {
      return;
    }
    LOG.atDebug()
        .addKeyValue("error", cause.getClass().getSimpleName())
        .addKeyValue("breakage", breakage)
        .log("call broke off");
    guarded(() -> onBroken(cause instanceof ConnectException ? Breakage.NOT_CONNECTED : breakage));
  }

  private void onBroken(Breakage breakage) {
    if (!hasEnded) {
      var outcome = reader.onBroken(breakage);
      end();
      reset();
      listener.onOutcome(outcome);
    }
  }

  private void end() {
    hasEnded = true;
    runner.vertx().cancelTimer(timer);
    if (isPaused && response != null) {
      response.resume();
    }
  }

  /** One timer, moved on when it fires early: cheaper than a new one for every piece. */
  private void armTimer() {
    runner.vertx().cancelTimer(timer);
    long delayMs = Math.max(1, (dueNanos() - System.nanoTime()) / 1_000_000 + 1);
    timer = runner.vertx().setTimer(delayMs, id -> guarded(this::onTimer));
  }

  private void onTimer() {
    if (hasEnded) {
      return;
    }
    if (dueNanos() - System.nanoTime() > 0) {
      armTimer();
    } else {
      onBroken(Breakage.TIMED_OUT);
    }
  }

  private long dueNanos() {
    ProviderTimeouts timeouts = runner.timeouts();
    long total = earlier(startedNanos + timeouts.total().toNanos(), deadlineNanos);
    long silence =
        hasHead
            ? (isPaused ? System.nanoTime() : lastHeardNanos) + timeouts.idle().toNanos()
            : startedNanos + timeouts.firstByte().toNanos();
    return earlier(silence, total);
  }

  private static long earlier(long nanos, long otherNanos) {
    return nanos - otherNanos < 0 ? nanos : otherNanos;
  }

  private void resetUnlessEnded() {
    var answer = response;
    if (answer != null) {
      long guard = runner.vertx().setTimer(LINGER_MS, id -> reset());
      answer.endHandler(v -> runner.vertx().cancelTimer(guard));
      answer.exceptionHandler(e -> runner.vertx().cancelTimer(guard));
    }
  }

  private void reset() {
    if (request != null) {
      request.reset();
    }
  }

  /** A fault of our own must not leave the attempt without a reply. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (!hasEnded) {
        abandon();
      }
      listener.onFault(e);
    }
  }

  private static Buffer bufferOf(ByteBuffer body) {
    var bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    return Buffer.buffer(bytes);
  }
}
