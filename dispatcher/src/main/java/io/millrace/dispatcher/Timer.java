package io.millrace.dispatcher;

import java.time.Instant;

/**
 * Something to do at a time, kept in the state so that it survives a restart.
 *
 * @param subject a request id, an attempt id, a callback id or a batch id, as the kind says
 */
public record Timer(Instant dueAt, Kind kind, String subject) {

  /**
   * WAKE: a sleeping request's next attempt is due, or its time is over before. DEADLINE: the same;
   * found in older state and set no more. CALLBACK: a delivery is due. FORGET: an attempt in doubt
   * is waited for no longer. FORGET_BATCH: lines of a cancelled batch come no more.
   */
  public enum Kind {
    WAKE,
    DEADLINE,
    CALLBACK,
    FORGET,
    FORGET_BATCH
  }
}
