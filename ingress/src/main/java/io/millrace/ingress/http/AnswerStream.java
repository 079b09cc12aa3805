package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.DeltaOrder;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.RequestState;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.StreamDelta;
import io.millrace.schemas.Verdict;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * A call that streams its answer: each delta as it comes, then the end. The head is sent with the
 * first delta, so that what fails before it has its own status; or after a while of silence, so
 * that the client does not give up. What has been sent cannot be taken back: when another attempt
 * begins anew, the stream ends with an error.
 */
final class AnswerStream extends PendingCall {

  private static final long SILENCE_MS = 15_000;

  /** Deltas are on the log before the reply; they are read within moments of it. */
  private static final long LAST_DELTAS_MS = 10_000;

  private final StreamForm form;
  private final SseWriter sse;
  private final DeltaOrder order = new DeltaOrder(0, 0);
  private final long silence;
  private Optional<Answer> answer = Optional.empty();
  private boolean isFetching;

  /** What is known of the answer beside its deltas. */
  private record Answer(
      int attempt,
      int deltas,
      boolean isComplete,
      ByteBuffer body,
      Optional<String> bodyRef,
      List<String> dropped) {

    static Answer of(AttemptReplied reply) {
      return new Answer(
          reply.getNumber(),
          reply.getDeltas(),
          reply.getVerdict() == Verdict.COMPLETED,
          reply.getBody(),
          reply.getBodyRef(),
          reply.getDroppedParameters());
    }

    static Answer of(RequestResult result) {
      return new Answer(
          result.getAttempt().orElse(0),
          result.getDeltas(),
          result.getStatus() == RequestStatus.COMPLETED,
          result.getBody(),
          result.getBodyRef(),
          result.getDroppedParameters());
    }
  }

  AnswerStream(Scene scene, Call call, RequestSubmitted request, StreamForm form) {
    super(scene, call, request);
    this.form = form;
    this.sse = new SseWriter(call, scene.vertx());
    this.silence = scene.vertx().setTimer(SILENCE_MS, timer -> openIfWaiting());
  }

  private void openIfWaiting() {
    if (!isOver()) {
      open();
    }
  }

  private void open() {
    if (!sse.isOpen()) {
      sse.open();
      form.begin(sse);
    }
  }

  @Override
  void hear(SpecificRecord news) {
    switch (news) {
      case StreamDelta delta -> onDelta(delta);
      case AttemptReplied reply when WaitingCall.hasAnswer(reply) -> onAnswer(Answer.of(reply));
      case RequestResult result -> onResult(result);
      default -> {}
    }
  }

  private void onDelta(StreamDelta delta) {
    boolean isOtherAttempt = order.attempt() > 0 && delta.getAttempt() != order.attempt();
    if (isOtherAttempt && delta.getAttempt() > order.attempt()) {
      refuse(interrupted());
    } else if (!isOtherAttempt && order.pass(delta)) {
      call().dropped(delta.getDroppedParameters());
      open();
      form.delta(sse, delta);
      endIfComplete();
    }
  }

  private void onResult(RequestResult result) {
    if (result.getStatus() == RequestStatus.COMPLETED
        || result.getStatus() == RequestStatus.INCOMPLETE) {
      onAnswer(Answer.of(result));
      return;
    }
    finish();
    if (sse.isOpen()) {
      form.fail(sse, result);
      sse.end();
    } else {
      if (result.getErrorCode().filter(WaitingCall::isAboutMoney).isPresent()) {
        call().forbidRetry();
      }
      var body = new byte[result.getBody().remaining()];
      result.getBody().duplicate().get(body);
      call().json(result.getHttpStatus(), body);
    }
  }

  private void onAnswer(Answer heard) {
    if (order.attempt() > 0 && heard.attempt() != order.attempt() && heard.deltas() > 0) {
      refuse(interrupted());
      return;
    }
    if (answer.isEmpty()) {
      answer = Optional.of(heard);
      scene().vertx().setTimer(LAST_DELTAS_MS, timer -> giveUpOnDeltas());
    }
    call().dropped(heard.dropped());
    endIfComplete();
  }

  private void endIfComplete() {
    answer
        .filter(known -> order.isComplete(known.attempt(), known.deltas()))
        .ifPresent(this::complete);
  }

  /** A large answer is fetched first; the deltas before it have been written. */
  private void complete(Answer known) {
    if (!form.endsWithAnswer() || known.bodyRef().isEmpty()) {
      end(known, known.body());
    } else if (!isFetching) {
      isFetching = true;
      call()
          .await(
              Bodies.of(scene().backend(), call(), known.body(), known.bodyRef()),
              body -> end(known, body),
              this::refuse);
    }
  }

  private void end(Answer known, ByteBuffer body) {
    if (isOver()) {
      return;
    }
    finish();
    open();
    form.end(sse, known.isComplete(), body, known.deltas());
    sse.end();
  }

  private void giveUpOnDeltas() {
    if (!isOver()) {
      refuse(interrupted());
    }
  }

  /** A repeated call gets the deltas from the log first; what comes meanwhile is held back. */
  @Override
  void onKnown(RequestState state, boolean isRepeat) {
    if (!isRepeat) {
      super.onKnown(state, false);
      return;
    }
    call()
        .ask(
            () ->
                scene()
                    .backend()
                    .history()
                    .read(
                        request().getRequestId(),
                        state.request().submittedAt(),
                        delta -> call().loop().execute(() -> hearIfOpen(delta))),
            read -> onHistory(state),
            this::refuse);
  }

  private void onHistory(RequestState state) {
    tellEarly();
    if (state.outcome() instanceof Outcome.Finished finished) {
      hearIfOpen(finished.result());
    }
  }

  @Override
  void onTimeout() {
    refuse(WaitingCall.notInTime(request().getRequestId()));
  }

  @Override
  void refuse(ApiError error) {
    if (isOver()) {
      return;
    }
    finish();
    if (sse.isOpen()) {
      form.broken(sse, error);
      sse.end();
    } else {
      call().fail(error);
    }
  }

  static ApiError interrupted() {
    return ApiError.of(
        ApiError.Kind.STREAM_INTERRUPTED,
        "The stream broke and cannot be continued here. The request goes on; read its result at"
            + " /v1/requests.");
  }

  private void finish() {
    end();
    onEnd();
  }

  @Override
  void onEnd() {
    scene().vertx().cancelTimer(silence);
    if (call().isOver()) {
      sse.stop();
    }
  }
}
