package io.millrace.ingress.kafka;

/** Hears whether a record is on the log. Called once, on the producer's thread or the caller's. */
public interface AcceptListener {

  /** All in-sync replicas have it. */
  void onAcknowledged(int partition, long offset);

  /** Not acknowledged: it may or may not get there; nothing may be promised. */
  void onFailed(Exception cause);
}
