package io.millrace.workers.canonical;

import org.jspecify.annotations.Nullable;

/** What OpenAI's finish reasons mean for the verdict. */
public final class FinishReasons {

  private FinishReasons() {}

  /** True when the answer stops before its end. */
  public static boolean isIncomplete(@Nullable String finishReason) {
    return "length".equals(finishReason) || "content_filter".equals(finishReason);
  }
}
