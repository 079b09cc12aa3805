package io.millrace.workers;

/** Why an answer will not become whole. */
public enum Breakage {
  /** No connection could be made. */
  NOT_CONNECTED,
  /** The connection went away. */
  CONNECTION_LOST,
  /** A timeout of the provider's configuration, or the request's deadline, has passed. */
  TIMED_OUT,
  /** The answer is larger than a record may be. */
  TOO_LARGE,
  /** Somebody ordered the call to be aborted. */
  CANCELLED
}
