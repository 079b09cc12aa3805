package io.millrace.simulator.http;

import io.millrace.simulator.engine.Call;
import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * One call on its connection: waits, writes, and notices when the client goes away. An answer that
 * is due at once is written in the event that brought the request, without a timer.
 */
public final class Exchange {
  private static final long NANOS_PER_MS = 1_000_000;
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final HttpServerResponse response;
  private final Call call;
  private final long startedNanos = System.nanoTime();
  private long timer = NO_TIMER;

  public Exchange(Vertx vertx, HttpServerRequest request, Call call) {
    this.vertx = vertx;
    this.response = request.response();
    this.call = call;
  }

  /** Lets the engine decide, and does it. */
  public void run(WireCall wire) {
    switch (call.decide(wire.facts(), startedNanos)) {
      case Verdict.Answer answer -> after(answer.timing().delayMs(), () -> answer(wire, answer));
      case Verdict.Failure failure ->
          after(failure.delayMs(), () -> refuse(wire, failure, failure.limits()));
      case Verdict.RateLimited limited -> refuse(wire, limited, limited.limits());
      case Verdict.UnknownModel unknown -> refuse(wire, unknown, LimitState.NONE);
      case Verdict.Hang hang -> watch();
    }
  }

  /** Answers a call that was not understood or not allowed. */
  public void refuse(WireError error) {
    call.refused(error.status());
    response.setStatusCode(error.status());
    error.headers().forEach((name, value) -> response.putHeader(name, value));
    response.end(error.body());
  }

  private void refuse(WireCall wire, Verdict.Refused refused, LimitState limits) {
    wire.headers(response.headers(), limits, elapsedMs());
    refuse(wire.error(refused));
  }

  private void answer(WireCall wire, Verdict.Answer answer) {
    wire.headers(response.headers(), answer.limits(), elapsedMs());
    if (wire.facts().isStreamed()) {
      new StreamedAnswer(this, wire, answer).start();
      return;
    }
    Buffer body = wire.whole(answer);
    if (answer.timing().isCut()) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
      cutAfter(body.getBuffer(0, body.length() / 2));
    } else {
      complete(body);
    }
  }

  HttpServerResponse response() {
    return response;
  }

  boolean isOver() {
    return call.isOver();
  }

  /** Sends the last bytes of an answer. */
  void complete(Buffer last) {
    call.completed();
    response.end(last).onFailure(gone -> call.completionLost());
  }

  /** Sends some bytes and closes the connection under the answer. */
  void cutAfter(Buffer last) {
    call.cut();
    response.write(last).onComplete(written -> response.reset());
  }

  void after(long delayMs, Runnable action) {
    if (delayMs <= 0) {
      action.run();
      return;
    }
    watch();
    if (!call.isOver()) {
      timer =
          vertx.setTimer(
              delayMs,
              fired -> {
                timer = NO_TIMER;
                action.run();
              });
    }
  }

  /** Notices a client that leaves before its answer is complete. */
  void watch() {
    response.exceptionHandler(gone -> disconnected());
    response.closeHandler(closed -> disconnected());
    if (response.closed()) {
      disconnected();
    }
  }

  private void disconnected() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
    call.disconnected();
  }

  private long elapsedMs() {
    return (System.nanoTime() - startedNanos) / NANOS_PER_MS;
  }
}
