package io.millrace.dispatcher;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** OpenAI's error body for the failures that the dispatcher itself decides on. */
enum ErrorBody {
  CANCELLED(499, "invalid_request_error", "request_cancelled", "The request was cancelled."),
  BATCH_CANCELLED(
      499, "invalid_request_error", "batch_cancelled", "The batch was cancelled before this line."),
  BATCH_EXPIRED(
      504, "server_error", "batch_expired", "The batch's window was over before this line ended."),
  EXPIRED(
      504, "server_error", "deadline_exceeded", "The request was not answered by its deadline."),
  NO_ROUTE(
      404,
      "invalid_request_error",
      "model_not_found",
      "The model does not exist or you do not have access to it."),
  OVER_BUDGET(
      429,
      "insufficient_quota",
      "organization_spend_limit_exceeded",
      "The account's spend limit for this period does not cover the most this request can cost."),
  IN_DOUBT(
      502,
      "server_error",
      "attempt_in_doubt",
      "The worker died during the provider call, and the request asks not to repeat a call in doubt."),
  NO_ANSWER(502, "server_error", "upstream_failure", "No provider answered the request.");

  private final int httpStatus;
  private final String code;
  private final String json;

  ErrorBody(int httpStatus, String type, String code, String message) {
    this.httpStatus = httpStatus;
    this.code = code;
    this.json =
        """
        {"error":{"message":"%s","type":"%s","param":null,"code":"%s"}}"""
            .formatted(message, type, code);
  }

  TrackedRequest.Failure failure() {
    return new TrackedRequest.Failure(
        httpStatus, code, "", "", ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }
}
