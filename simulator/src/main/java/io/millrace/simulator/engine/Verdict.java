package io.millrace.simulator.engine;

import io.millrace.simulator.script.ErrorRule;
import java.util.List;

/** What is to happen to a call. */
public sealed interface Verdict {

  /**
   * The usage of a call, as reported and as counted.
   *
   * @param inputTokens all of them
   * @param cachedInputTokens of those, read from the provider's cache
   * @param cacheWriteTokens of those, written to it
   * @param outputTokens all of them, over all answers
   * @param reasoningTokens of those, thought and not said
   */
  record Usage(
      int inputTokens,
      int cachedInputTokens,
      int cacheWriteTokens,
      int outputTokens,
      int reasoningTokens) {
    static final Usage NONE = new Usage(0, 0, 0, 0, 0);
  }

  /** Why an answer ends. */
  enum Ending {
    STOP,
    LENGTH,
    TOOL_CALLS,
    CONTENT_FILTER
  }

  /**
   * A call of a tool.
   *
   * @param id 24 hexadecimal digits, to which a wire form adds what its own ids have
   * @param arguments a JSON object that fits the tool's schema
   */
  record ToolUse(String id, String name, String arguments) {
    @Override
    public String toString() {
      return "ToolUse[id=%s]".formatted(id);
    }
  }

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

  /**
   * Answer it.
   *
   * @param text empty beside tool uses
   * @param reasoning what to show of the thinking; empty unless asked for
   * @param stopSequence the one that ended the text; empty when none did
   */
  record Answer(
      AnswerText text,
      AnswerText reasoning,
      List<ToolUse> toolUses,
      Ending ending,
      String stopSequence,
      Usage usage,
      Timing timing,
      LimitState limits)
      implements Verdict {
    public Answer {
      toolUses = List.copyOf(toolUses);
    }
  }

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
