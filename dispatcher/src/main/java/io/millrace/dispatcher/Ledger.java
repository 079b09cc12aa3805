package io.millrace.dispatcher;

import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.LedgerKind;
import io.millrace.schemas.Usage;
import io.millrace.schemas.config.PriceConfig;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Money, written down once for each movement. A hold is taken before a call and ends in exactly one
 * of settlement and release; between them it may stand in doubt. Accounts without a budget hold
 * nothing, their calls are only settled.
 */
final class Ledger {

  private final DispatcherState state;

  Ledger(DispatcherState state) {
    this.state = state;
  }

  /** Sets the attempt's hold aside. */
  void hold(OutstandingAttempt attempt, Instant now, List<Decision> out) {
    attempt
        .budgetPeriod()
        .ifPresent(
            period -> {
              var account = attempt.payer().account();
              state.put(account, state.budgets(account).hold(period, attempt.holdUsd()));
              out.add(entry(attempt, LedgerKind.HOLD, attempt.holdUsd(), now).asDecision());
            });
  }

  /**
   * Ends the attempt's hold and charges what it used. Returns the charge, zero when it used nothing
   * or its price is unknown.
   */
  BigDecimal settle(
      OutstandingAttempt attempt,
      Optional<Usage> usage,
      Optional<PriceConfig> price,
      Instant repliedAt,
      List<Decision> out) {
    if (usage.isEmpty()) {
      release(attempt, repliedAt, out);
      return Money.ZERO;
    }
    var charge = price.map(p -> Cost.of(p, usage.get())).orElse(Money.ZERO);
    endHold(attempt, charge);
    out.add(
        entry(attempt, LedgerKind.SETTLEMENT, charge, repliedAt)
            .charged(usage.get(), price)
            .asDecision());
    return charge;
  }

  /** Ends the attempt's hold, nothing charged. */
  void release(OutstandingAttempt attempt, Instant now, List<Decision> out) {
    if (attempt.budgetPeriod().isEmpty() && !attempt.isInDoubt()) {
      return;
    }
    endHold(attempt, Money.ZERO);
    out.add(entry(attempt, LedgerKind.RELEASE, attempt.holdUsd(), now).asDecision());
  }

  /**
   * Notes that the attempt may have been charged by its provider.
   *
   * @param worstCaseUsd the most it may have cost
   */
  void doubt(OutstandingAttempt attempt, BigDecimal worstCaseUsd, Instant now, List<Decision> out) {
    attempt
        .budgetPeriod()
        .ifPresent(
            period -> {
              var account = attempt.payer().account();
              state.put(account, state.budgets(account).doubt(period, attempt.holdUsd()));
            });
    out.add(entry(attempt, LedgerKind.IN_DOUBT, worstCaseUsd, now).asDecision());
  }

  private void endHold(OutstandingAttempt attempt, BigDecimal charge) {
    attempt
        .budgetPeriod()
        .ifPresent(
            period -> {
              var account = attempt.payer().account();
              state.put(
                  account,
                  state
                      .budgets(account)
                      .settle(period, attempt.holdUsd(), attempt.isInDoubt(), charge));
            });
  }

  private static Entry entry(
      OutstandingAttempt attempt, LedgerKind kind, BigDecimal amountUsd, Instant at) {
    var payer = attempt.payer();
    return new Entry(
        LedgerEntry.newBuilder()
            .setEntryId(attempt.attemptId() + ":" + kind)
            .setKind(kind)
            .setAmountUsd(amountUsd)
            .setHeldUsd(attempt.holdUsd())
            .setAccount(payer.account())
            .setKeyName(payer.keyName())
            .setRequestId(attempt.requestId())
            .setAttemptId(attempt.attemptId())
            .setModel(payer.model())
            .setProvider(attempt.provider())
            .setUpstreamModel(attempt.upstreamModel())
            .setLane(payer.lane())
            .setBatchId(payer.batchId().orElse(null))
            .setUser(payer.user().orElse(null))
            .setTags(payer.tags())
            .setBudgetPeriod(attempt.budgetPeriod().orElse(null))
            .setOccurredAt(at));
  }

  private record Entry(LedgerEntry.Builder builder) {

    Entry charged(Usage usage, Optional<PriceConfig> price) {
      builder
          .setUsage(usage)
          .setPriceVersion(
              price.map(p -> p.provider() + "/" + p.model() + "@" + p.validFrom()).orElse(null));
      return this;
    }

    Decision asDecision() {
      return new Decision.WriteLedger(builder.build());
    }
  }
}
