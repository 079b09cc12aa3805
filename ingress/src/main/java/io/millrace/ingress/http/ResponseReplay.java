package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Client;
import io.millrace.ingress.KeptResponse;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.ResponseEvents;
import io.millrace.ingress.ResponseJson;
import io.millrace.ingress.kafka.NewsListener;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStateChanged;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.StreamDelta;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * The events of a response in the background, from its beginning or after the last one seen, to its
 * end. Deltas that are on the log come first; what happens meanwhile is held back. Leaving does not
 * cancel. The end is told once the view shows it, so that who asks next is told no less.
 */
final class ResponseReplay implements OpenCalls.OpenCall {

  private static final int HELD_MAX = 10_000;

  /** Deltas are on the log before the reply; they are read within moments of the result. */
  private static final long LAST_DELTAS_MS = 5_000;

  private static final Duration CLOCKS_APART_MAX = Duration.ofSeconds(10);

  private final PendingCall.Scene scene;
  private final Call call;
  private final SseWriter sse;
  private final ResponseEvents events;
  private final NewsListener deltas = this::onNews;
  private final NewsListener shown = this::onShown;
  private final List<StreamDelta> held = new ArrayList<>();
  private KeptResponse response;
  private volatile Optional<RequestResult> result = Optional.empty();
  private int attemptMin;
  private int attemptMax = Integer.MAX_VALUE;
  private boolean hasBegun;
  private boolean isLive;
  private boolean isEnding;
  private volatile boolean isOver;

  private ResponseReplay(
      PendingCall.Scene scene, Call call, KeptResponse response, ResponseEvents events) {
    this.scene = scene;
    this.call = call;
    this.response = response;
    this.sse = new SseWriter(call, scene.vertx());
    this.events = events;
  }

  /**
   * Begins.
   *
   * @param after number of the last event that the client has; -1 when it has none
   */
  static void begin(
      PendingCall.Scene scene, Call call, Client client, KeptResponse response, int after) {
    new ResponseReplay(scene, call, response, new ResponseEvents(after)).begin(client);
  }

  private String requestId() {
    return response.state().request().requestId();
  }

  private void begin(Client client) {
    var backend = scene.backend();
    if (!backend.admission().tryWait()) {
      call.fail(ApiError.overloaded());
      return;
    }
    backend.listeners().news().register(requestId(), deltas);
    backend.listeners().shown().register(requestId(), shown);
    scene.open().add(this);
    call.response().closeHandler(nothing -> end());
    sse.open();
    var request = response.state().request();
    var queued = ResponseJson.open(requestId(), request.submittedAt(), response.asked(), "queued");
    events.created(queued).ifPresent(sse::event);
    // Looked at again now that news are heard, so that none fell between.
    call.ask(
        () -> backend.view().find(client.account(), requestId()),
        found -> {
          found.ifPresent(state -> onOutcome(state.outcome()));
          readHistory();
        },
        e -> end());
  }

  private void readHistory() {
    if (isOver) {
      return;
    }
    boolean hasEnded = result.isPresent();
    call.ask(
        () ->
            scene
                .backend()
                .history()
                .read(
                    requestId(),
                    response.state().request().submittedAt(),
                    lastDeltaAt(),
                    this::handOver),
        read -> onHistory(hasEnded),
        e -> end());
  }

  private Instant lastDeltaAt() {
    return result.map(ended -> ended.getFinishedAt().plus(CLOCKS_APART_MAX)).orElse(Instant.MAX);
  }

  /** On a reader's thread; what has ended needs nothing behind its last delta. */
  private boolean handOver(StreamDelta delta) {
    call.loop().execute(() -> onDelta(delta));
    return !isOver
        && result
            .filter(
                ended ->
                    ended.getAttempt().filter(made -> made == delta.getAttempt()).isPresent()
                        && delta.getSequence() >= ended.getDeltas())
            .isEmpty();
  }

  /**
   * Everything that was there when the stream began has been told.
   *
   * @param hasEnded true when the response was at its end: deltas that are not on the log any more
   *     will not come
   */
  private void onHistory(boolean hasEnded) {
    if (isOver) {
      return;
    }
    isLive = true;
    held.forEach(this::onDelta);
    held.clear();
    result.ifPresent(hasEnded ? this::finish : this::finishOrWait);
  }

  private void finishOrWait(RequestResult ended) {
    finishIfComplete(ended);
    if (!isOver && !isEnding) {
      scene.vertx().setTimer(LAST_DELTAS_MS, timer -> finish(ended));
    }
  }

  private void onNews(SpecificRecord news) {
    if (news instanceof StreamDelta delta) {
      call.loop()
          .execute(
              () -> {
                if (isLive) {
                  onDelta(delta);
                } else if (held.size() < HELD_MAX) {
                  held.add(delta);
                } else {
                  end();
                }
              });
    }
  }

  private void onShown(SpecificRecord news) {
    switch (news) {
      case RequestStateChanged change ->
          call.loop().execute(() -> onOutcome(new Outcome.Changed(change)));
      case RequestResult ended ->
          call.loop().execute(() -> onOutcome(new Outcome.Finished(ended, -1)));
      default -> {}
    }
  }

  private void onOutcome(Outcome outcome) {
    if (isOver || result.isPresent()) {
      return;
    }
    response = response.with(response.state().with(outcome));
    switch (outcome) {
      case Outcome.Silent() -> {}
      case Outcome.Changed(RequestStateChanged change) -> {
        boolean runs = change.getStatus() == RequestStatus.IN_PROGRESS;
        attemptMin = Math.max(attemptMin, runs ? change.getAttempt() : change.getAttempt() + 1);
        if (runs) {
          tellInProgress();
        }
      }
      case Outcome.Finished(RequestResult ended, long cursor) -> {
        result = Optional.of(ended);
        attemptMin = ended.getAttempt().orElse(ended.getAttempts());
        attemptMax = attemptMin;
        if (isLive) {
          finishOrWait(ended);
        }
      }
    }
  }

  private void tellInProgress() {
    if (!hasBegun) {
      hasBegun = true;
      var request = response.state().request();
      events
          .inProgress(
              ResponseJson.open(
                  requestId(), request.submittedAt(), response.asked(), "in_progress"))
          .ifPresent(sse::event);
    }
  }

  private void onDelta(StreamDelta delta) {
    if (isOver || delta.getAttempt() > attemptMax) {
      return;
    }
    if (events.isInterruptedBy(delta)) {
      sse.event(events.broken(AnswerStream.interrupted()));
      end();
      return;
    }
    if (delta.getAttempt() >= attemptMin || events.attempt() > 0) {
      tellInProgress();
      events.delta(delta).ifPresent(sse::event);
      if (isLive) {
        result.ifPresent(this::finishIfComplete);
      }
    }
  }

  private void finishIfComplete(RequestResult ended) {
    if (events.isComplete(ended.getAttempt().orElse(0), ended.getDeltas())) {
      finish(ended);
    }
  }

  private void finish(RequestResult ended) {
    if (isOver || isEnding) {
      return;
    }
    isEnding = true;
    tellInProgress();
    var type = ResponseEvents.typeOfEnd(ended);
    if (type.isEmpty()) {
      end();
    } else if (response.hasAnswer()) {
      call.await(
          Bodies.of(scene.backend(), call, ended.getBody(), ended.getBodyRef()),
          body -> tellEnd(type.get(), body, ended.getDeltas()),
          e -> end());
    } else {
      PartialOutput.of(
          scene,
          call,
          response,
          output ->
              tellEnd(
                  type.get(),
                  ByteBuffer.wrap(ResponseJson.bytes(ResponseJson.of(response, output))),
                  0));
    }
  }

  private void tellEnd(String type, ByteBuffer body, int deltas) {
    if (!isOver) {
      events.end(type, body, deltas).ifPresent(sse::event);
      end();
    }
  }

  private void end() {
    if (isOver) {
      return;
    }
    isOver = true;
    var backend = scene.backend();
    backend.listeners().news().deregister(requestId(), deltas);
    backend.listeners().shown().deregister(requestId(), shown);
    backend.admission().endWait();
    scene.open().remove(this);
    sse.end();
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
