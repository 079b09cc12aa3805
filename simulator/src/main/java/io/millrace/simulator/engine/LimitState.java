package io.millrace.simulator.engine;

/** How much of its limits a caller has left, as providers say in their headers. */
public record LimitState(Window requests, Window tokens) {
  public static final LimitState NONE = new LimitState(Window.NONE, Window.NONE);

  /**
   * One limit.
   *
   * @param limit per minute; 0 means there is none, and nothing to say
   * @param resetMs until all of it is there again
   */
  public record Window(long limit, long remaining, long resetMs) {
    public static final Window NONE = new Window(0, 0, 0);
  }
}
