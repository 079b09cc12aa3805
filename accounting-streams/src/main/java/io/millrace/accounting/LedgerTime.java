package io.millrace.accounting;

import java.time.Duration;
import java.time.Instant;

/**
 * How far the ledger has been read, as a time to close periods by: that of the newest entry, or the
 * wall clock once nothing has come for a while. The wall clock alone would close periods whose
 * entries still wait to be read after an outage.
 */
public final class LedgerTime {

  /** After so long without an entry there is none left to read. */
  static final Duration QUIET = Duration.ofSeconds(30);

  private Instant newest = Instant.EPOCH;
  private Instant quietSince;
  private boolean hasRead;

  public LedgerTime(Instant now) {
    this.quietSince = now;
  }

  /** An entry was read. */
  public void onEntry(Instant occurredAt) {
    hasRead = true;
    if (occurredAt.isAfter(newest)) {
      newest = occurredAt;
    }
  }

  /** The time up to which the ledger is known; never later than the wall clock. */
  public Instant reached(Instant now) {
    if (hasRead) {
      hasRead = false;
      quietSince = now;
    }
    boolean isQuiet = Duration.between(quietSince, now).compareTo(QUIET) >= 0;
    return isQuiet || newest.isAfter(now) ? now : newest;
  }
}
