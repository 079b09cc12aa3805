package io.millrace.simulator.script;

import static io.millrace.simulator.script.ScriptException.require;

/**
 * What answers hold besides words.
 *
 * @param toolCalls made when tools are offered, the request leaves the choice and its last message
 *     is no tool's result; a demanded call is always made
 * @param cachedInputTokens of the input tokens, at most all of them
 * @param cacheWriteTokens of the input tokens, at most those not cached
 * @param reasoningTokens beside the words, within the request's own limit
 * @param contentFilterProbability share of answers in words that a filter ends half-way
 */
public record Extras(
    int toolCalls,
    int cachedInputTokens,
    int cacheWriteTokens,
    int reasoningTokens,
    double contentFilterProbability) {
  public static final int TOOL_CALLS_MAX = 128;
  public static final int INPUT_TOKENS_MAX = 100_000_000;
  public static final Extras NONE = new Extras(0, 0, 0, 0, 0);

  public Extras {
    within("toolCalls", toolCalls, TOOL_CALLS_MAX);
    within("cachedInputTokens", cachedInputTokens, INPUT_TOKENS_MAX);
    within("cacheWriteTokens", cacheWriteTokens, INPUT_TOKENS_MAX);
    within("reasoningTokens", reasoningTokens, Behaviour.OUTPUT_TOKENS_MAX);
    require(
        contentFilterProbability >= 0 && contentFilterProbability <= 1,
        "contentFilter.probability",
        "must be from 0 to 1",
        contentFilterProbability);
  }

  private static void within(String name, int value, int max) {
    require(value >= 0 && value <= max, name, "must be from 0 to " + max, value);
  }

  public Extras withToolCalls(int toolCalls) {
    return new Extras(
        toolCalls, cachedInputTokens, cacheWriteTokens, reasoningTokens, contentFilterProbability);
  }

  public Extras withCachedInputTokens(int cachedInputTokens) {
    return new Extras(
        toolCalls, cachedInputTokens, cacheWriteTokens, reasoningTokens, contentFilterProbability);
  }

  public Extras withCacheWriteTokens(int cacheWriteTokens) {
    return new Extras(
        toolCalls, cachedInputTokens, cacheWriteTokens, reasoningTokens, contentFilterProbability);
  }

  public Extras withReasoningTokens(int reasoningTokens) {
    return new Extras(
        toolCalls, cachedInputTokens, cacheWriteTokens, reasoningTokens, contentFilterProbability);
  }

  public Extras withContentFilter(double probability) {
    return new Extras(toolCalls, cachedInputTokens, cacheWriteTokens, reasoningTokens, probability);
  }
}
