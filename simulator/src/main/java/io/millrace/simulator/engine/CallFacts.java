package io.millrace.simulator.engine;

/**
 * What a wire form found in a request, in no wire form's words.
 *
 * @param bodyHash of the body as received; draws depend on it
 * @param inputTokens as the wire form counts them
 * @param outputTokensMax the request's own limit for one answer; {@link #NO_LIMIT} when it has
 *     none, 0 for a call that is not answered in words
 * @param answers how many answers are asked for
 * @param isStreamed the answer is to come in chunks
 * @param prompt the last user message, for the echo
 * @param asked what is asked for besides words
 */
public record CallFacts(
    String model,
    long bodyHash,
    int inputTokens,
    int outputTokensMax,
    int answers,
    boolean isStreamed,
    String prompt,
    Asked asked) {
  public static final int NO_LIMIT = Integer.MAX_VALUE;

  /** A call that asks for words only. */
  public CallFacts(
      String model,
      long bodyHash,
      int inputTokens,
      int outputTokensMax,
      int answers,
      boolean isStreamed,
      String prompt) {
    this(model, bodyHash, inputTokens, outputTokensMax, answers, isStreamed, prompt, Asked.TEXT);
  }

  @Override
  public String toString() {
    return "CallFacts[model=%s, inputTokens=%d]".formatted(model, inputTokens);
  }
}
