package io.millrace.workers;

import java.time.Duration;

/**
 * What a provider says of its limits in the head of an answer.
 *
 * @param requests calls
 * @param tokens LLM tokens
 */
public record LimitNotice(Window requests, Window tokens) {

  /** Stands for: not said. */
  public static final long UNKNOWN = -1;

  public static final LimitNotice NONE = new LimitNotice(Window.NONE, Window.NONE);

  /**
   * One limit.
   *
   * @param perMinute how many a minute; {@link #UNKNOWN} when not said, or not by the minute
   * @param remaining how many are left now; {@link #UNKNOWN} when not said
   * @param resetIn when there will be more; zero when not said
   */
  public record Window(long perMinute, long remaining, Duration resetIn) {
    public static final Window NONE = new Window(UNKNOWN, UNKNOWN, Duration.ZERO);
  }

  public boolean isNone() {
    return equals(NONE);
  }
}
