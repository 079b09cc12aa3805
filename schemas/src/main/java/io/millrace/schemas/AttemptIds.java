package io.millrace.schemas;

import org.jspecify.annotations.NullMarked;

/** How an attempt is named: its request, a dot, its number from 1. */
@NullMarked
public final class AttemptIds {

  private AttemptIds() {}

  public static String of(String requestId, int number) {
    return requestId + "." + number;
  }
}
