package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Verdict;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * A call that is answered with the provider's answer: the first reply with one, or the result,
 * whichever is read first. A failing reply is never shown, because another attempt may follow it.
 */
final class WaitingCall extends PendingCall {

  private final boolean isAsyncInTheEnd;
  private boolean isFetching;

  /**
   * @param isAsyncInTheEnd true answers 202 when the time is over, false 504
   */
  WaitingCall(Scene scene, Call call, RequestSubmitted request, boolean isAsyncInTheEnd) {
    super(scene, call, request);
    this.isAsyncInTheEnd = isAsyncInTheEnd;
  }

  @Override
  void hear(SpecificRecord news) {
    if (news instanceof AttemptReplied reply && hasAnswer(reply)) {
      call().dropped(reply.getDroppedParameters());
      show(reply.getHttpStatus(), reply.getBody(), reply.getBodyRef(), Optional.empty());
    } else if (news instanceof RequestResult result) {
      call().dropped(result.getDroppedParameters());
      show(result.getHttpStatus(), result.getBody(), result.getBodyRef(), result.getErrorCode());
    }
  }

  static boolean hasAnswer(AttemptReplied reply) {
    return reply.getVerdict() == Verdict.COMPLETED || reply.getVerdict() == Verdict.INCOMPLETE;
  }

  /** A large answer is fetched first; no news after it matter. */
  private void show(
      int status, ByteBuffer inline, Optional<String> ref, Optional<String> errorCode) {
    if (ref.isEmpty()) {
      answer(status, inline, errorCode);
    } else if (!isFetching) {
      isFetching = true;
      call()
          .await(
              Bodies.of(scene().backend(), call(), inline, ref),
              body -> answer(status, body, errorCode),
              this::refuseIfOpen);
    }
  }

  private void answer(int status, ByteBuffer body, Optional<String> errorCode) {
    if (isOver()) {
      return;
    }
    end();
    if (errorCode.filter(WaitingCall::isAboutMoney).isPresent()) {
      call().forbidRetry();
    }
    var bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    call().json(status, bytes);
  }

  /** Waiting helps against no spend limit; SDKs decide by status alone unless told. */
  static boolean isAboutMoney(String errorCode) {
    return errorCode.endsWith("_spend_limit_exceeded")
        || errorCode.endsWith("_usage_limit_exceeded")
        || errorCode.equals("insufficient_quota")
        || errorCode.equals("credit_balance_exhausted");
  }

  @Override
  boolean mayBeLeft() {
    return isAsyncInTheEnd || super.mayBeLeft();
  }

  @Override
  void onTimeout() {
    end();
    if (isAsyncInTheEnd) {
      ModelCalls.accepted(call(), request());
    } else {
      call().fail(notInTime(request().getRequestId()));
    }
  }

  static ApiError notInTime(String requestId) {
    return ApiError.of(
        ApiError.Kind.WAIT_TIMEOUT,
        "The answer was not there in time. The request goes on; read it at /v1/requests/"
            + requestId
            + ".");
  }

  @Override
  void refuse(ApiError error) {
    end();
    call().fail(error);
  }
}
