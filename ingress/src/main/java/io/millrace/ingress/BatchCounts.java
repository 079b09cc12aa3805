package io.millrace.ingress;

import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.Usage;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * What the results of a batch's lines add up to. A line has succeeded when its status is 2xx.
 *
 * @param failed all others, cancelled and expired ones among them
 * @param outputBytes length of the file of successes
 * @param errorBytes length of the file of failures
 * @param lastFinishedAt when the last of them ended
 * @param throughOffset place of the last result that is counted; one at or before it is not counted
 *     again
 */
public record BatchCounts(
    int completed,
    int failed,
    int cancelled,
    int expired,
    Tokens tokens,
    BigDecimal costUsd,
    long outputBytes,
    long errorBytes,
    Instant lastFinishedAt,
    long throughOffset) {

  /** Before the first result. */
  public static final BatchCounts NONE =
      new BatchCounts(0, 0, 0, 0, new Tokens(0, 0, 0, 0), BigDecimal.ZERO, 0, 0, Instant.EPOCH, -1);

  /** LLM tokens of all lines. */
  public record Tokens(long input, long cachedInput, long output, long reasoning) {

    Tokens plus(Usage usage) {
      return new Tokens(
          input + usage.getInputTokens(),
          cachedInput + usage.getCachedInputTokens(),
          output + usage.getOutputTokens(),
          reasoning + usage.getReasoningTokens());
    }
  }

  public int finished() {
    return completed + failed;
  }

  /**
   * With one more result, unless it is counted already.
   *
   * @param lineBytes length of its line in a file
   */
  public BatchCounts with(RequestResult result, long lineBytes, long offset) {
    if (offset <= throughOffset) {
      return this;
    }
    boolean isSuccess = isSuccess(result.getHttpStatus());
    var status = result.getStatus();
    return new BatchCounts(
        completed + (isSuccess ? 1 : 0),
        failed + (isSuccess ? 0 : 1),
        cancelled + (status == RequestStatus.CANCELLED ? 1 : 0),
        expired + (status == RequestStatus.EXPIRED ? 1 : 0),
        result.getUsage().map(tokens::plus).orElse(tokens),
        costUsd.add(result.getCostUsd()),
        outputBytes + (isSuccess ? lineBytes : 0),
        errorBytes + (isSuccess ? 0 : lineBytes),
        result.getFinishedAt().isAfter(lastFinishedAt) ? result.getFinishedAt() : lastFinishedAt,
        offset);
  }

  public static boolean isSuccess(int httpStatus) {
    return httpStatus >= 200 && httpStatus < 300;
  }
}
