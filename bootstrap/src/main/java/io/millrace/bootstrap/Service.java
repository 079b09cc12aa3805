package io.millrace.bootstrap;

/**
 * A part of a process that runs until it is stopped. {@code start} returns when the service is
 * ready or throws; {@code stop} returns when everything it took on is done or given up, and may be
 * called more than once.
 */
public interface Service {

  /** Short name for logs and readiness, such as ingress. */
  String name();

  /** Begins to work; blocks until ready. */
  void start();

  /** True while the service can do its work. */
  boolean isReady();

  /** Takes no more work, finishes what it has within its own limit, and ends. */
  void stop();
}
