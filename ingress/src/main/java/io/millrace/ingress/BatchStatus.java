package io.millrace.ingress;

import java.util.Locale;

/** Where a batch stands, in OpenAI's words. */
public enum BatchStatus {
  VALIDATING,
  FAILED,
  IN_PROGRESS,
  COMPLETED,
  EXPIRED,
  CANCELLING,
  CANCELLED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** True when nothing changes any more. */
  public boolean isTerminal() {
    return switch (this) {
      case VALIDATING, IN_PROGRESS, CANCELLING -> false;
      case FAILED, COMPLETED, EXPIRED, CANCELLED -> true;
    };
  }
}
