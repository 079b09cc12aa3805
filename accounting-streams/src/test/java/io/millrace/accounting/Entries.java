package io.millrace.accounting;

import io.millrace.schemas.Lane;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.LedgerKind;
import io.millrace.schemas.Usage;
import java.math.BigDecimal;
import java.time.Instant;

/** Ledger entries with good defaults, so that a test shows only what matters. */
public final class Entries {

  private String account = "acme";
  private String model = "gpt-4o-mini";
  private String attempt = "req_1.1";
  private String heldUsd = "0";
  private String budgetPeriod = "";
  private Instant at = Instant.parse("2026-11-21T10:15:00Z");
  private long inputTokens = 100;

  public static Entries entry() {
    return new Entries();
  }

  public Entries of(String account) {
    this.account = account;
    return this;
  }

  public Entries model(String model) {
    this.model = model;
    return this;
  }

  public Entries attempt(String attempt) {
    this.attempt = attempt;
    return this;
  }

  public Entries held(String heldUsd) {
    this.heldUsd = heldUsd;
    return this;
  }

  public Entries budgetPeriod(String budgetPeriod) {
    this.budgetPeriod = budgetPeriod;
    return this;
  }

  public Entries at(String at) {
    return at(Instant.parse(at));
  }

  public Entries at(Instant at) {
    this.at = at;
    return this;
  }

  public Entries inputTokens(long inputTokens) {
    this.inputTokens = inputTokens;
    return this;
  }

  public LedgerEntry hold(String amountUsd) {
    return build(LedgerKind.HOLD, amountUsd);
  }

  public LedgerEntry settlement(String amountUsd) {
    return LedgerEntry.newBuilder(build(LedgerKind.SETTLEMENT, amountUsd))
        .setUsage(
            Usage.newBuilder()
                .setInputTokens(inputTokens)
                .setCachedInputTokens(inputTokens / 4)
                .setOutputTokens(inputTokens / 2)
                .build())
        .build();
  }

  public LedgerEntry release(String amountUsd) {
    return build(LedgerKind.RELEASE, amountUsd);
  }

  public LedgerEntry inDoubt(String amountUsd) {
    return build(LedgerKind.IN_DOUBT, amountUsd);
  }

  public LedgerEntry adjustment(String amountUsd) {
    return build(LedgerKind.ADJUSTMENT, amountUsd);
  }

  /** The amount as the records carry it. */
  public static BigDecimal usd(String amount) {
    return new BigDecimal(amount).setScale(12);
  }

  private LedgerEntry build(LedgerKind kind, String amountUsd) {
    var builder = LedgerEntry.newBuilder();
    if (!budgetPeriod.isEmpty()) {
      builder.setBudgetPeriod(budgetPeriod);
    }
    return builder
        .setEntryId(attempt + ":" + kind)
        .setKind(kind)
        .setAmountUsd(usd(amountUsd))
        .setHeldUsd(usd(heldUsd))
        .setAccount(account)
        .setKeyName("ci")
        .setRequestId(attempt.substring(0, attempt.lastIndexOf('.')))
        .setAttemptId(attempt)
        .setModel(model)
        .setProvider("openai")
        .setUpstreamModel(model + "-2026")
        .setLane(Lane.STANDARD)
        .setOccurredAt(at)
        .build();
  }
}
