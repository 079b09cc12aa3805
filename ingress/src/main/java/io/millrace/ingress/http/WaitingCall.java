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
      answer(reply.getHttpStatus(), reply.getBody(), Optional.empty());
    } else if (news instanceof RequestResult result) {
      call().dropped(result.getDroppedParameters());
      answer(result.getHttpStatus(), result.getBody(), result.getErrorCode());
    }
  }

  static boolean hasAnswer(AttemptReplied reply) {
    return reply.getVerdict() == Verdict.COMPLETED || reply.getVerdict() == Verdict.INCOMPLETE;
  }

  private void answer(int status, ByteBuffer body, Optional<String> errorCode) {
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
