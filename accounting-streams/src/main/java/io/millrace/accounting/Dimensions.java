package io.millrace.accounting;

import io.millrace.schemas.LedgerEntry;

/** What spend is told apart by, beside time. */
public record Dimensions(String account, String model, String provider, String upstreamModel) {

  /** Those of the entry. */
  public static Dimensions of(LedgerEntry entry) {
    return new Dimensions(
        entry.getAccount(), entry.getModel(), entry.getProvider(), entry.getUpstreamModel());
  }
}
