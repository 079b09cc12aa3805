package io.millrace.simulator.engine;

import io.millrace.simulator.script.ErrorRule;

/** What is to happen to a call. */
public sealed interface Verdict {

  /** The usage of a call, as reported and as counted. */
  record Usage(int inputTokens, int outputTokens) {}

  /**
   * When an answer's parts are sent.
   *
   * @param delayMs before the first
   * @param interChunkNanos between content chunks
   * @param chunkWords in a content chunk
   * @param cutAfterChunks content chunks after which the connection closes; {@link #UNCUT} for
   *     never
   */
  record Timing(long delayMs, long interChunkNanos, int chunkWords, int cutAfterChunks) {
    public static final int UNCUT = -1;

    public boolean isCut() {
      return cutAfterChunks != UNCUT;
    }
  }

  /** Answer it. */
  record Answer(
      AnswerText text, boolean isLengthLimited, Usage usage, Timing timing, LimitState limits)
      implements Verdict {}

  /** Take it and never answer. */
  record Hang() implements Verdict {}

  /** Answer with an error. */
  sealed interface Refused extends Verdict {}

  /** An error the script asks for. */
  record Failure(ErrorRule rule, long delayMs, LimitState limits) implements Refused {}

  /** Over a limit of the script. */
  record RateLimited(LimitKind kind, long waitMs, LimitState limits) implements Refused {}

  /** The script knows only other models. */
  record UnknownModel() implements Refused {}

  enum LimitKind {
    REQUESTS,
    TOKENS,
    CONCURRENCY
  }
}
