package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Client;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.kafka.NewsListener;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStateChanged;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/**
 * A long poll on one request: answered with the request object when it has ended or the time is
 * over. Listens first, then looks, then waits. Told by the view alone, so that what is asked next
 * never shows less.
 */
final class RequestPoll implements NewsListener, OpenCalls.OpenCall {

  private final PendingCall.Scene scene;
  private final Call call;
  private final Client client;
  private final String requestId;
  private final ApiError absent;
  private final Consumer<RequestState> told;
  private Optional<RequestState> state = Optional.empty();
  private Optional<Outcome> news = Optional.empty();
  private boolean isOver;
  private long timer = -1;

  RequestPoll(PendingCall.Scene scene, Call call, Client client, String requestId) {
    this(
        scene,
        call,
        client,
        requestId,
        ApiError.requestNotFound(requestId),
        state -> RequestCalls.answer(scene.backend(), call, state));
  }

  /**
   * @param absent the answer when there is no such request
   * @param told takes the state at the end of the poll
   */
  RequestPoll(
      PendingCall.Scene scene,
      Call call,
      Client client,
      String requestId,
      ApiError absent,
      Consumer<RequestState> told) {
    this.scene = scene;
    this.call = call;
    this.client = client;
    this.requestId = requestId;
    this.absent = absent;
    this.told = told;
  }

  /**
   * Begins.
   *
   * @param whenOpen told once that the request is there and has not ended; may fail the poll
   */
  void begin(Duration patience, BiConsumer<RequestState, RequestPoll> whenOpen) {
    var backend = scene.backend();
    if (!backend.admission().tryWait()) {
      call.fail(ApiError.overloaded());
      return;
    }
    backend.listeners().shown().register(requestId, this);
    scene.open().add(this);
    call.response().closeHandler(nothing -> end());
    timer = scene.vertx().setTimer(Math.max(1, patience.toMillis()), id -> onTimeout());
    call.ask(
        () -> backend.view().find(client.account(), requestId),
        found -> onFound(found, whenOpen),
        this::fail);
  }

  private void onFound(
      Optional<RequestState> found, BiConsumer<RequestState, RequestPoll> whenOpen) {
    if (isOver) {
      return;
    }
    if (found.isEmpty()) {
      fail(absent);
      return;
    }
    state = found;
    if (found.get().isTerminal()) {
      answer(found.get());
      return;
    }
    news.ifPresent(this::onOutcome);
    if (!isOver) {
      whenOpen.accept(found.get(), this);
    }
  }

  @Override
  public void onNews(SpecificRecord heard) {
    switch (heard) {
      // The view's offset is not known here; nothing that this poll shows needs it.
      case RequestResult result ->
          call.loop().execute(() -> onOutcome(new Outcome.Finished(result, -1)));
      case RequestStateChanged change ->
          call.loop().execute(() -> onOutcome(new Outcome.Changed(change)));
      default -> {}
    }
  }

  private void onOutcome(Outcome outcome) {
    boolean isLate = news.isPresent() && news.get() instanceof Outcome.Finished;
    if (isOver || (isLate && !(outcome instanceof Outcome.Finished))) {
      return;
    }
    news = Optional.of(outcome);
    state = state.map(known -> known.with(outcome));
    state.filter(RequestState::isTerminal).ifPresent(this::answer);
  }

  private void onTimeout() {
    timer = -1;
    if (isOver) {
      return;
    }
    if (state.isPresent()) {
      answer(state.get());
    } else {
      fail(ApiError.overloaded());
    }
  }

  private void answer(RequestState answer) {
    end();
    told.accept(answer);
  }

  /** Ends the poll with what is known now. */
  void settle() {
    if (!isOver) {
      state.ifPresent(this::answer);
    }
  }

  String account() {
    return client.account();
  }

  void failFromAnyThread(ApiError error) {
    call.loop().execute(() -> fail(error));
  }

  void fail(ApiError error) {
    if (!isOver) {
      end();
      call.fail(error);
    }
  }

  private void end() {
    if (isOver) {
      return;
    }
    isOver = true;
    scene.backend().listeners().shown().deregister(requestId, this);
    scene.backend().admission().endWait();
    scene.open().remove(this);
    if (timer >= 0) {
      scene.vertx().cancelTimer(timer);
    }
  }

  @Override
  public void onDrain() {
    onTimeout();
  }

  @Override
  public void abandon() {
    fail(ApiError.overloaded());
  }
}
