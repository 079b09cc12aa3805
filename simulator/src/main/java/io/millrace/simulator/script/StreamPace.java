package io.millrace.simulator.script;

import static io.millrace.simulator.script.ScriptException.require;

/**
 * How a streamed answer arrives.
 *
 * @param firstTokenMs wait before the first chunk; {@link #AS_LATENCY} takes the call's latency
 * @param interChunkMs wait between content chunks; 0 sends them all at once
 * @param chunkTokens words per content chunk
 */
public record StreamPace(long firstTokenMs, double interChunkMs, int chunkTokens) {
  public static final long AS_LATENCY = -1;
  public static final long MS_MAX = 3_600_000;
  public static final int CHUNK_TOKENS_MAX = 10_000;

  /** The first chunk after the call's latency, then everything at once, a word per chunk. */
  public static final StreamPace IMMEDIATE = new StreamPace(AS_LATENCY, 0, 1);

  public StreamPace {
    require(
        firstTokenMs == AS_LATENCY || (firstTokenMs >= 0 && firstTokenMs <= MS_MAX),
        "firstTokenMs",
        "must be from 0 to " + MS_MAX,
        firstTokenMs);
    require(
        interChunkMs >= 0 && interChunkMs <= MS_MAX,
        "interChunkMs",
        "must be from 0 to " + MS_MAX,
        interChunkMs);
    require(
        chunkTokens >= 1 && chunkTokens <= CHUNK_TOKENS_MAX,
        "chunkTokens",
        "must be from 1 to " + CHUNK_TOKENS_MAX,
        chunkTokens);
  }
}
