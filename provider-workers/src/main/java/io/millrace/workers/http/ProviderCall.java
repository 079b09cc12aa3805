package io.millrace.workers.http;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Breakage;
import io.millrace.workers.BreakageOutcomes;
import io.millrace.workers.CallReport;
import io.millrace.workers.CallSink;
import io.millrace.workers.ClientError;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call from its start to its end, on one event loop. It ends once: answered, broken or
 * abandoned, whichever comes first; what the network says after that is not heard.
 */
final class ProviderCall {

  private static final Logger LOG = LoggerFactory.getLogger(ProviderCall.class);

  /** Deltas that may be on their way to the log before the call stops reading. */
  private static final int UNSAFE_DELTAS_MAX = 256;

  private static final int UNSAFE_DELTAS_RESUME = 64;

  /** After [DONE] a well-behaved server ends its answer within this time. */
  private static final long LINGER_MS = 2000;

  private static final Outcome.Failure WORKER_FAULT =
      Outcome.Failure.of(
          Verdict.UPSTREAM_FAILURE,
          ClientError.serverError(502, "worker_failure", "The call failed inside the worker."));

  private static final Outcome.Failure NO_BLOB_STORE =
      Outcome.Failure.of(
          Verdict.INVALID,
          ClientError.serverError(
              500, "blob_store_unavailable", "The request's body cannot be read."));

  private final AttemptRunner runner;
  private final AttemptRequested attempt;
  private final CallSink sink;
  private final Context context;
  private final Consumer<byte[]> deltaSink = this::onDelta;

  private Instant startedAt = Instant.EPOCH;
  private ReplyReader reader = new Unasked();
  private @Nullable Instant firstByteAt;
  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;
  private long startedNanos;
  private long lastHeardNanos;
  private long timer = -1;
  private long bytes;
  private int deltas;
  private int unsafeDeltas;
  private boolean isPaused;
  private boolean hasEnded;

  ProviderCall(AttemptRunner runner, AttemptRequested attempt, CallSink sink) {
    this.runner = runner;
    this.attempt = attempt;
    this.sink = sink;
    this.context = runner.loops().next();
  }

  void start() {
    context.runOnContext(v -> guarded(this::begin));
  }

  void cancel() {
    context.runOnContext(v -> guarded(() -> onBroken(Breakage.CANCELLED)));
  }

  void abandon() {
    context.runOnContext(
        v -> {
          if (!hasEnded) {
            end();
            reset();
          }
        });
  }

  private void begin() {
    if (hasEnded) {
      return;
    }
    startedAt = runner.clock().instant();
    if (attempt.getBodyRef().isPresent()) {
      reply(NO_BLOB_STORE);
      return;
    }
    switch (runner.adapter().translate(attempt, startedAt)) {
      case Translation.Refused refused -> reply(refused.failure());
      case Translation.Call planned -> {
        reader = planned.reader();
        send(planned.http());
      }
    }
  }

  private void send(HttpCall call) {
    startedNanos = System.nanoTime();
    lastHeardNanos = startedNanos;
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

  private RequestOptions options(HttpCall call) {
    var url = runner.adapter().baseUrl();
    boolean isTls = "https".equals(url.getScheme());
    int port = url.getPort() == -1 ? (isTls ? 443 : 80) : url.getPort();
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(call.method()))
            .setHost(url.getHost())
            .setPort(port)
            .setSsl(isTls)
            .setURI(url.getRawPath() + call.path())
            .setConnectTimeout(runner.timeouts().connect().toMillis());
    call.headers().forEach(options::putHeader);
    return options.putHeader("user-agent", "Millrace");
  }

  private void onConnected(HttpClientRequest connected, HttpCall call) {
    request = connected;
    if (hasEnded) {
      reset();
      return;
    }
    connected.exceptionHandler(e -> onFailure(e, Breakage.CONNECTION_LOST));
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

  private void onHead(HttpClientResponse head) {
    if (hasEnded) {
      return;
    }
    response = head;
    firstByteAt = runner.clock().instant();
    lastHeardNanos = System.nanoTime();
    armTimer();
    reader.onHead(
        new ResponseHead(
            head.statusCode(), name -> Optional.ofNullable(head.getHeader(name)), firstByteAt));
    head.exceptionHandler(e -> onFailure(e, Breakage.CONNECTION_LOST));
    head.handler(buffer -> guarded(() -> onBytes(buffer)));
    head.endHandler(v -> guarded(this::onEnd));
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
    reader.onBytes(buffer.getBytes(), deltaSink);
    if (reader.isComplete()) {
      onEnd();
      resetUnlessEnded();
    }
  }

  private void onEnd() {
    if (!hasEnded) {
      reply(reader.onEnd(deltaSink));
    }
  }

  private void onFailure(Throwable cause, Breakage breakage) {
    if (hasEnded) {
      return;
    }
    LOG.atDebug()
        .addKeyValue("attemptId", attempt.getAttemptId())
        .addKeyValue("provider", attempt.getProvider())
        .addKeyValue("error", cause.getClass().getSimpleName())
        .log("call broke off");
    onBroken(cause instanceof ConnectException ? Breakage.NOT_CONNECTED : breakage);
  }

  private void onBroken(Breakage breakage) {
    if (!hasEnded) {
      var outcome = reader.onBroken(breakage);
      reply(outcome);
      reset();
    }
  }

  private void reply(Outcome outcome) {
    int status = response == null ? 0 : response.statusCode();
    end();
    sink.onReplied(
        new CallReport(outcome, status, startedAt, firstByteAt, runner.clock().instant(), deltas));
  }

  private void end() {
    hasEnded = true;
    runner.vertx().cancelTimer(timer);
    runner.ended(attempt.getAttemptId(), this);
    if (isPaused && response != null) {
      response.resume();
    }
  }

  private void onDelta(byte[] chunk) {
    deltas++;
    unsafeDeltas++;
    sink.onDelta(deltas, chunk, runner.clock().instant())
        .whenComplete((safe, e) -> context.runOnContext(v -> onDeltaSafe()));
    if (unsafeDeltas > UNSAFE_DELTAS_MAX && !isPaused && response != null) {
      isPaused = true;
      response.pause();
    }
  }

  private void onDeltaSafe() {
    unsafeDeltas--;
    if (isPaused && !hasEnded && unsafeDeltas <= UNSAFE_DELTAS_RESUME && response != null) {
      isPaused = false;
      lastHeardNanos = System.nanoTime();
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
    var timeouts = runner.timeouts();
    long total = startedNanos + timeouts.total().toNanos();
    long silence =
        firstByteAt == null
            ? startedNanos + timeouts.firstByte().toNanos()
            : (isPaused ? System.nanoTime() : lastHeardNanos) + timeouts.idle().toNanos();
    long due = silence - total < 0 ? silence : total;
    var deadline = attempt.getDeadline();
    if (deadline.isPresent()) {
      long leftMs = deadline.get().toEpochMilli() - startedAt.toEpochMilli();
      long ofRequest = startedNanos + Math.max(0, leftMs) * 1_000_000;
      due = ofRequest - due < 0 ? ofRequest : due;
    }
    return due;
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
      LOG.atError()
          .addKeyValue("attemptId", attempt.getAttemptId())
          .addKeyValue("provider", attempt.getProvider())
          .setCause(e)
          .log("call failed inside the worker");
      if (!hasEnded) {
        reset();
        reply(WORKER_FAULT);
      }
    }
  }

  private static Buffer bufferOf(ByteBuffer body) {
    var bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    return Buffer.buffer(bytes);
  }

  /** Stands in until the request is translated: nothing can come, only break. */
  private static final class Unasked implements ReplyReader {
    @Override
    public void onHead(ResponseHead head) {}

    @Override
    public void onBytes(byte[] bytes, Consumer<byte[]> deltas) {}

    @Override
    public boolean isComplete() {
      return false;
    }

    @Override
    public Outcome onEnd(Consumer<byte[]> deltas) {
      return onBroken(Breakage.CONNECTION_LOST);
    }

    @Override
    public Outcome onBroken(Breakage breakage) {
      return BreakageOutcomes.of(breakage, false, null);
    }
  }
}
