package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.ingress.kafka.NewsListener;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.RequestSubmitted;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * A call that stays until its request is answered. It listens before it submits, so that no answer
 * is missed. With an Idempotency-Key nothing is shown before the view has told that the first
 * request of that id is the same one.
 */
abstract class PendingCall implements NewsListener, OpenCalls.OpenCall {

  /** More news than this before the first request is known ends the call. */
  private static final int EARLY_NEWS_MAX = 10_000;

  private static final AcceptListener NOBODY =
      new AcceptListener() {
        @Override
        public void onAcknowledged(int partition, long offset) {}

        @Override
        public void onFailed(Exception cause) {}
      };

  private final Scene scene;
  private final Call call;
  private final RequestSubmitted request;
  private final List<SpecificRecord> early = new ArrayList<>();
  private boolean isTold;
  private boolean isAccepted;
  private boolean isLate;
  private boolean isOver;
  private long timer = -1;

  /** What a call needs of its surroundings. */
  record Scene(Vertx vertx, Backend backend, OpenCalls open) {}

  PendingCall(Scene scene, Call call, RequestSubmitted request) {
    this.scene = scene;
    this.call = call;
    this.request = request;
    this.isTold = request.getIdempotencyKey().isEmpty();
  }

  final Call call() {
    return call;
  }

  final Scene scene() {
    return scene;
  }

  final RequestSubmitted request() {
    return request;
  }

  /** Takes the news in, on the event loop, in order. */
  abstract void hear(SpecificRecord news);

  /** Answers when the time is over. */
  abstract void onTimeout();

  /** Ends with an error, in the form that the state of the answer still allows. */
  abstract void refuse(ApiError error);

  /**
   * With an Idempotency-Key: the first request of this id is the same one.
   *
   * @param isRepeat true when an earlier call submitted it
   */
  void onKnown(RequestState state, boolean isRepeat) {
    tellEarly();
    if (state.outcome() instanceof io.millrace.ingress.Outcome.Finished finished) {
      hearIfOpen(finished.result());
    }
  }

  /** Submits and waits; the body's bytes are released when the log has it or not. */
  final void begin(Duration patience, int heldBytes) {
    var admission = scene.backend().admission();
    if (!admission.tryWait()) {
      admission.release(heldBytes);
      call.fail(ApiError.overloaded());
      return;
    }
    if (!admission.tryBegin()) {
      admission.release(heldBytes);
      admission.endWait();
      call.fail(ApiError.overloaded());
      return;
    }
    scene.backend().listeners().news().register(request.getRequestId(), this);
    scene.open().add(this);
    call.response().closeHandler(nothing -> onDisconnect());
    timer = scene.vertx().setTimer(Math.max(1, patience.toMillis()), id -> onTimer());
    scene.backend().producer().submit(request, released(heldBytes));
  }

  private AcceptListener released(int heldBytes) {
    return new AcceptListener() {
      @Override
      public void onAcknowledged(int partition, long offset) {
        release();
        call.loop().execute(() -> onAcknowledgedHere(partition, offset));
      }

      @Override
      public void onFailed(Exception cause) {
        release();
        call.loop().execute(() -> refuseIfOpen(ApiError.notAccepted()));
      }

      private void release() {
        scene.backend().admission().release(heldBytes);
        scene.backend().admission().end();
      }
    };
  }

  private void onAcknowledgedHere(int partition, long offset) {
    if (isOver) {
      return;
    }
    if (isTold) {
      onAccepted();
    } else {
      compare(partition, offset);
    }
  }

  /** From here on the request is promised; before, no answer may say so. */
  private void onAccepted() {
    isAccepted = true;
    if (isLate && !isOver) {
      onTimeout();
    }
  }

  private void compare(int partition, long offset) {
    var backend = scene.backend();
    call.ask(
        () ->
            backend
                .view()
                .findAfter(
                    request.getAccount(),
                    request.getRequestId(),
                    partition,
                    offset,
                    backend.config().ingress().acceptTimeout()),
        found -> onFirst(found, offset),
        this::refuseIfOpen);
  }

  private void onFirst(Optional<RequestState> found, long offset) {
    if (isOver) {
      return;
    }
    if (found.isEmpty()) {
      refuseIfOpen(ModelCalls.forgotten(request));
    } else if (!found.get().request().fingerprint().equals(request.getFingerprint())) {
      refuseIfOpen(ModelCalls.keyReused());
    } else {
      onKnown(found.get(), found.get().request().offset() != offset);
      onAccepted();
    }
  }

  /** Lets through what was held back. */
  final void tellEarly() {
    isTold = true;
    for (var news : List.copyOf(early)) {
      hearIfOpen(news);
    }
    early.clear();
  }

  @Override
  public final void onNews(SpecificRecord news) {
    call.loop().execute(() -> onNewsHere(news));
  }

  private void onNewsHere(SpecificRecord news) {
    if (isTold) {
      hearIfOpen(news);
    } else if (early.size() < EARLY_NEWS_MAX) {
      early.add(news);
    } else {
      refuseIfOpen(ApiError.overloaded());
    }
  }

  final void hearIfOpen(SpecificRecord news) {
    if (!isOver) {
      hear(news);
    }
  }

  final void refuseIfOpen(ApiError error) {
    if (!isOver) {
      refuse(error);
    }
  }

  private void onTimer() {
    timer = -1;
    isLate = true;
    if (isAccepted && !isOver) {
      onTimeout();
    }
  }

  /** True when the client did not promise to stay for the answer. */
  boolean mayBeLeft() {
    return request.getIdempotencyKey().isPresent();
  }

  /**
   * Nobody reads the answer any more. A client that named the request by a key is expected to come
   * back for it; the others' work ends.
   */
  private void onDisconnect() {
    if (isOver) {
      return;
    }
    end();
    onEnd();
    if (!mayBeLeft()) {
      scene
          .backend()
          .producer()
          .cancel(
              new CancelRequest(
                  request.getRequestId(),
                  request.getAccount(),
                  scene.backend().clock().instant(),
                  "disconnect"),
              NOBODY);
    }
  }

  /** Gives up what is held for the call; the answer is given by the caller. */
  final void end() {
    if (isOver) {
      return;
    }
    isOver = true;
    scene.backend().listeners().news().deregister(request.getRequestId(), this);
    scene.backend().admission().endWait();
    scene.open().remove(this);
    if (timer >= 0) {
      scene.vertx().cancelTimer(timer);
    }
  }

  /** For what a subclass holds, when the client has gone. */
  void onEnd() {}

  final boolean isOver() {
    return isOver;
  }

  @Override
  public final void abandon() {
    refuseIfOpen(ApiError.overloaded());
  }
}
