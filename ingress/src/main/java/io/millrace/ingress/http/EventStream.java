package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Client;
import io.millrace.ingress.DeltaOrder;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.RequestJson;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.kafka.NewsListener;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStateChanged;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.StreamDelta;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * The events of one request, from its beginning or after the last one seen, to its end. Deltas that
 * are on the log come first; what happens meanwhile is held back, so that the order is that of the
 * log. Leaving does not cancel.
 */
final class EventStream implements NewsListener, OpenCalls.OpenCall {

  private static final int HELD_MAX = 10_000;

  /** Deltas are on the log before the reply; they are read within moments of the result. */
  private static final long LAST_DELTAS_MS = 5_000;

  private final PendingCall.Scene scene;
  private final Call call;
  private final Client client;
  private final String requestId;
  private final EventId last;
  private final SseWriter sse;
  private final DeltaOrder order;
  private final List<SpecificRecord> held = new ArrayList<>();
  private Optional<RequestState> state = Optional.empty();
  private Optional<RequestResult> result = Optional.empty();
  private int shownInProgress;
  private boolean isLive;
  private boolean isFinishing;
  private boolean isOver;

  /** Where an event stands: by attempt, then by number. */
  record EventId(int attempt, int sequence) {

    static final EventId NONE = new EventId(-1, 0);

    /** Anything else than an id of ours begins at the beginning. */
    static EventId parse(String text) {
      var parts = text.strip().split("-", 2);
      try {
        return parts.length == 2
            ? new EventId(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]))
            : NONE;
      } catch (NumberFormatException e) {
        return NONE;
      }
    }

    boolean isBefore(EventId other) {
      return attempt < other.attempt || (attempt == other.attempt && sequence < other.sequence);
    }

    @Override
    public String toString() {
      return attempt + "-" + sequence;
    }
  }

  private EventStream(
      PendingCall.Scene scene, Call call, Client client, String requestId, EventId last) {
    this.scene = scene;
    this.call = call;
    this.client = client;
    this.requestId = requestId;
    this.last = last;
    this.sse = new SseWriter(call, scene.vertx());
    this.order = new DeltaOrder(Math.max(0, last.attempt()), last.sequence());
    this.shownInProgress = Math.max(0, last.attempt());
  }

  static void begin(
      PendingCall.Scene scene,
      Call call,
      Client client,
      String requestId,
      Optional<String> lastEventId) {
    var last = lastEventId.map(EventId::parse).orElse(EventId.NONE);
    new EventStream(scene, call, client, requestId, last).begin();
  }

  private void begin() {
    var backend = scene.backend();
    if (!backend.admission().tryWait()) {
      call.fail(ApiError.overloaded());
      return;
    }
    backend.listeners().news().register(requestId, this);
    scene.open().add(this);
    call.response().closeHandler(nothing -> end());
    call.ask(() -> backend.view().find(client.account(), requestId), this::onFound, this::fail);
  }

  private void onFound(Optional<RequestState> found) {
    if (isOver) {
      return;
    }
    if (found.isEmpty()) {
      fail(ApiError.requestNotFound(requestId));
      return;
    }
    state = found;
    sse.open();
    var known = found.get();
    show("request.queued", new EventId(0, 0), RequestState.accepted(known.request()));
    if (known.outcome() instanceof Outcome.Changed changed) {
      onChange(changed.change());
    }
    if (known.request().stream()) {
      call.ask(
          () ->
              scene
                  .backend()
                  .history()
                  .read(
                      requestId,
                      known.request().submittedAt(),
                      delta -> call.loop().execute(() -> onDelta(delta))),
          read -> onHistory(known),
          e -> end());
    } else {
      onHistory(known);
    }
  }

  /** Everything that was there when the stream began has been shown. */
  private void onHistory(RequestState known) {
    if (isOver) {
      return;
    }
    if (known.outcome() instanceof Outcome.Finished finished) {
      // Deltas that are not on the log any more will not come.
      finish(finished.result());
      return;
    }
    isLive = true;
    for (var news : List.copyOf(held)) {
      hear(news);
    }
    held.clear();
  }

  @Override
  public void onNews(SpecificRecord news) {
    call.loop()
        .execute(
            () -> {
              if (isLive) {
                hear(news);
              } else if (held.size() < HELD_MAX) {
                held.add(news);
              } else {
                end();
              }
            });
  }

  private void hear(SpecificRecord news) {
    if (isOver) {
      return;
    }
    switch (news) {
      case StreamDelta delta -> onDelta(delta);
      case RequestStateChanged change -> onChange(change);
      case RequestResult ended -> onResult(ended);
      default -> {}
    }
  }

  private void onChange(RequestStateChanged change) {
    if (isOver || result.isPresent()) {
      return;
    }
    state = state.map(known -> known.with(new Outcome.Changed(change)));
    if (change.getStatus() == RequestStatus.IN_PROGRESS
        && change.getAttempt() > shownInProgress
        && change.getAttempt() > order.attempt()) {
      shownInProgress = change.getAttempt();
      state.ifPresent(now -> show("request.in_progress", new EventId(change.getAttempt(), 0), now));
    }
  }

  private void onDelta(StreamDelta delta) {
    if (!isOver && order.pass(delta)) {
      sse.event(
          "request.delta",
          new EventId(delta.getAttempt(), delta.getSequence()).toString(),
          delta.getChunk());
      result.ifPresent(this::finishIfComplete);
    }
  }

  private void onResult(RequestResult ended) {
    if (result.isEmpty()) {
      result = Optional.of(ended);
      scene.vertx().setTimer(LAST_DELTAS_MS, timer -> finish(ended));
      finishIfComplete(ended);
    }
  }

  private void finishIfComplete(RequestResult ended) {
    if (order.isComplete(ended.getAttempt().orElse(0), ended.getDeltas())) {
      finish(ended);
    }
  }

  private void finish(RequestResult ended) {
    if (isOver || isFinishing || state.isEmpty()) {
      return;
    }
    isFinishing = true;
    var last = state.get().with(new Outcome.Finished(ended, -1));
    call.await(Bodies.whole(scene.backend(), call, last), this::showEnd, e -> end());
  }

  private void showEnd(RequestState whole) {
    if (!isOver && whole.outcome() instanceof Outcome.Finished finished) {
      show(
          "request." + RequestJson.word(whole.status()),
          new EventId(finished.result().getAttempts() + 1, 0),
          whole);
      end();
    }
  }

  private void show(String name, EventId id, RequestState now) {
    if (last.isBefore(id)) {
      sse.event(name, id.toString(), ByteBuffer.wrap(RequestJson.bytes(now)));
    }
  }

  private void fail(ApiError error) {
    if (!isOver) {
      release();
      call.fail(error);
    }
  }

  private void end() {
    if (!isOver) {
      release();
      sse.end();
    }
  }

  private void release() {
    isOver = true;
    scene.backend().listeners().news().deregister(requestId, this);
    scene.backend().admission().endWait();
    scene.open().remove(this);
  }

  @Override
  public void onDrain() {
    end();
  }

  @Override
  public void abandon() {
    end();
  }
}
