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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/**
 * A chat call that streams: each delta as it comes, then {@code [DONE]}. The head is sent with the
 * first delta, so that what fails before it has its own status; or after a while of silence, so
 * that the client does not give up. What has been sent cannot be taken back: when another attempt
 * begins anew, the stream ends with an error.
 */
final class ChatStream extends PendingCall {

  private static final long SILENCE_MS = 15_000;

  /** Deltas are on the log before the reply; they are read within moments of it. */
  private static final long LAST_DELTAS_MS = 10_000;

  private static final ByteBuffer DONE =
      ByteBuffer.wrap("[DONE]".getBytes(StandardCharsets.US_ASCII));

  private final SseWriter sse;
  private final DeltaOrder order = new DeltaOrder(0, 0);
  private final long silence;
  private boolean isAnswered;
  private int resultAttempt;
  private int resultDeltas;

  ChatStream(Scene scene, Call call, RequestSubmitted request) {
    super(scene, call, request);
    this.sse = new SseWriter(call, scene.vertx());
    this.silence = scene.vertx().setTimer(SILENCE_MS, timer -> openIfWaiting());
  }

  private void openIfWaiting() {
    if (!isOver()) {
      sse.open();
    }
  }

  @Override
  void hear(SpecificRecord news) {
    switch (news) {
      case StreamDelta delta -> onDelta(delta);
      case AttemptReplied reply when WaitingCall.hasAnswer(reply) ->
          onAnswer(reply.getNumber(), reply.getDeltas(), reply.getDroppedParameters());
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
      sse.open();
      sse.data(delta.getChunk());
      endIfComplete();
    }
  }

  private void onResult(RequestResult result) {
    if (result.getStatus() == RequestStatus.COMPLETED
        || result.getStatus() == RequestStatus.INCOMPLETE) {
      onAnswer(result.getAttempt().orElse(0), result.getDeltas(), result.getDroppedParameters());
      return;
    }
    finish();
    if (sse.isOpen()) {
      sse.data(result.getBody());
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

  private void onAnswer(int attempt, int deltas, List<String> dropped) {
    if (order.attempt() > 0 && attempt != order.attempt() && deltas > 0) {
      refuse(interrupted());
      return;
    }
    if (!isAnswered) {
      isAnswered = true;
      resultAttempt = attempt;
      resultDeltas = deltas;
      scene().vertx().setTimer(LAST_DELTAS_MS, timer -> giveUpOnDeltas());
    }
    call().dropped(dropped);
    endIfComplete();
  }

  private void endIfComplete() {
    if (isAnswered && order.isComplete(resultAttempt, resultDeltas)) {
      finish();
      sse.open();
      sse.data(DONE);
      sse.end();
    }
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
      sse.data(ByteBuffer.wrap(error.toJson()));
      sse.end();
    } else {
      call().fail(error);
    }
  }

  private static ApiError interrupted() {
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
