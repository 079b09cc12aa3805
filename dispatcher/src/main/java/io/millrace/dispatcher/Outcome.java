package io.millrace.dispatcher;

import io.millrace.dispatcher.OutstandingAttempt.Start;
import io.millrace.dispatcher.TrackedRequest.Failure;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.DeadLetter;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a request ended. Each makes the one {@link RequestResult} that every way of collecting shows.
 */
sealed interface Outcome {

  /** A provider answered. */
  record Answered(AttemptReplied reply, String upstreamModel, Optional<Start> start)
      implements Outcome {}

  /** No provider answered, or none was asked. */
  record Unanswered(RequestStatus status, Failure failure) implements Outcome {}

  static Outcome failed(Failure failure) {
    return new Unanswered(RequestStatus.FAILED, failure);
  }

  static Outcome ended(TrackedRequest tracked, TrackedRequest.Ending why) {
    boolean isLine = tracked.request().getBatchId().isPresent();
    return switch (why) {
      case CANCELLED ->
          new Unanswered(
              RequestStatus.CANCELLED,
              (isLine ? ErrorBody.BATCH_CANCELLED : ErrorBody.CANCELLED).failure());
      case EXPIRED ->
          new Unanswered(
              RequestStatus.EXPIRED,
              (isLine ? ErrorBody.BATCH_EXPIRED : ErrorBody.EXPIRED).failure());
    };
  }

  default RequestResult result(TrackedRequest tracked, Instant now) {
    var request = tracked.request();
    var builder =
        RequestResult.newBuilder()
            .setRequestId(request.getRequestId())
            .setAccount(request.getAccount())
            .setModel(request.getModel())
            .setAttempts(tracked.number())
            .setCostUsd(tracked.costUsd())
            .setSubmittedAt(request.getSubmittedAt())
            .setFinishedAt(now)
            .setLane(request.getLane())
            .setBatchId(request.getBatchId().orElse(null))
            .setCustomId(request.getCustomId().orElse(null))
            .setTags(request.getTags());
    switch (this) {
      case Answered answer ->
          builder
              .setStatus(
                  answer.reply().getVerdict() == Verdict.COMPLETED
                      ? RequestStatus.COMPLETED
                      : RequestStatus.INCOMPLETE)
              .setHttpStatus(answer.reply().getHttpStatus())
              .setProvider(answer.reply().getProvider())
              .setUpstreamModel(answer.upstreamModel())
              .setAttempt(answer.reply().getNumber())
              .setDeltas(answer.reply().getDeltas())
              .setUsage(answer.reply().getUsage().orElse(null))
              .setStartedAt(answer.start().map(Start::at).orElse(answer.reply().getStartedAt()))
              .setBody(answer.reply().getBody())
              .setBodyRef(answer.reply().getBodyRef().orElse(null))
              .setDroppedParameters(answer.reply().getDroppedParameters());
      case Unanswered none ->
          builder
              .setStatus(none.status())
              .setHttpStatus(none.failure().httpStatus())
              .setErrorCode(none.failure().code())
              .setProvider(emptyToNull(none.failure().provider()))
              .setUpstreamModel(emptyToNull(none.failure().upstreamModel()))
              .setBody(none.failure().body());
    }
    return builder.build();
  }

  /** What a replay would need; only for requests that the service, not the client, failed. */
  default Optional<DeadLetter> deadLetter(TrackedRequest tracked, Instant now) {
    if (!(this instanceof Unanswered none) || none.status() != RequestStatus.FAILED) {
      return Optional.empty();
    }
    return isClientsFault(none.failure())
        ? Optional.empty()
        : Optional.of(
            DeadLetter.newBuilder()
                .setRequest(tracked.request())
                .setErrorCode(none.failure().code())
                .setMessage("failed with " + none.failure().code())
                .setAttempts(tracked.number())
                .setProvider(emptyToNull(none.failure().provider()))
                .setFailedAt(now)
                .build());
  }

  private static boolean isClientsFault(Failure failure) {
    return failure.httpStatus() == 400
        || failure.httpStatus() == 413
        || failure.httpStatus() == 422
        || failure.code().equals("organization_spend_limit_exceeded");
  }

  /** The callback that the client asked for. */
  static Optional<PendingCallback> callback(RequestSubmitted request, RequestResult result) {
    return request
        .getCallbackUrl()
        .map(
            url -> {
              var suffix = request.getRequestId().replaceFirst("^req_", "");
              var type = "request." + result.getStatus().name().toLowerCase(Locale.ROOT);
              var payload =
                  """
                  {"id":"evt_%s","object":"event","created_at":%d,"type":"%s","data":{"id":"%s"}}"""
                      .formatted(
                          suffix,
                          result.getFinishedAt().getEpochSecond(),
                          type,
                          request.getRequestId());
              return new PendingCallback(
                  "wh_" + suffix,
                  request.getRequestId(),
                  request.getAccount(),
                  url,
                  type,
                  0,
                  ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8)));
            });
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
