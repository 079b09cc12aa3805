package io.millrace.workers;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;

/** Guesses of LLM tokens where nobody has counted them. */
public final class TokenEstimate {

  private static final int CHARS_PER_TOKEN = 4;

  /** Output assumed for the permits of an attempt that names no limit. */
  private static final int OUTPUT_TOKENS_ASSUMED = 256;

  private TokenEstimate() {}

  /** Tokens of a text of so many characters, rounded up. */
  public static long ofChars(long chars) {
    return (chars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN;
  }

  /** What an attempt will probably use, for permits. */
  public static long of(AttemptRequested attempt) {
    return (long) attempt.getInputTokensEstimated()
        + attempt.getOutputTokensMax().orElse(OUTPUT_TOKENS_ASSUMED);
  }

  /** Usage of an answer of so many characters whose provider told none. */
  public static Usage usage(long inputTokens, long outputChars) {
    return new Usage(inputTokens, 0L, 0L, 0L, ofChars(outputChars), 0L, true);
  }
}
