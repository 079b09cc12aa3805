package io.millrace.workers;

import java.util.UUID;

/**
 * Who a worker process is.
 *
 * @param name stable over restarts, different for each process
 * @param incarnation this life of it
 */
public record WorkerIdentity(String name, String incarnation) {

  /** The process of this name, beginning a new life. */
  public static WorkerIdentity born(String name) {
    return new WorkerIdentity(name, UUID.randomUUID().toString());
  }
}
