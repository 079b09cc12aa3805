package io.millrace.accounting;

import io.millrace.schemas.LedgerEntry;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one ledger entry changes. An entry that ends a doubt takes back what the doubt had added,
 * from the period of the doubt, which may be an earlier one than its own.
 *
 * <p>Each entry is posted once: the dispatcher writes the ledger in transactions, so no entry id
 * comes twice, and the fold reads and stores in transactions too. There is no memory of entry ids.
 *
 * @param entry the entry
 * @param doubt the IN_DOUBT entry of the same attempt, where one stands open
 */
public record Posting(LedgerEntry entry, @Nullable LedgerEntry doubt) {

  /** True for entries that end a doubt about their attempt, if there is one. */
  public static boolean endsDoubt(LedgerEntry entry) {
    return switch (entry.getKind()) {
      case SETTLEMENT, RELEASE -> true;
      case HOLD, IN_DOUBT, ADJUSTMENT -> false;
    };
  }

  /**
   * Changes of spend. An adjustment corrects cost alone: its call and tokens are counted already.
   */
  public List<SpendChange> spend() {
    var at = entry.getOccurredAt();
    var amount = entry.getAmountUsd();
    var changes = new ArrayList<SpendChange>(2);
    switch (entry.getKind()) {
      case SETTLEMENT -> {
        var tokens = entry.getUsage().map(Spend.Tokens::of).orElse(Spend.Tokens.NONE);
        changes.add(change(entry, Spend.call(tokens, amount, at)));
      }
      case ADJUSTMENT -> changes.add(change(entry, Spend.correction(amount, at)));
      case IN_DOUBT -> changes.add(change(entry, Spend.doubt(amount, at)));
      case HOLD, RELEASE -> {}
    }
    if (doubt != null) {
      changes.add(change(doubt, Spend.doubt(doubt.getAmountUsd().negate(), at)));
    }
    return changes;
  }

  /** Change of every budget that the account has in the entry's budget period. */
  public BudgetUse budget() {
    var amount = entry.getAmountUsd();
    return switch (entry.getKind()) {
      case HOLD -> BudgetUse.held(amount);
      case IN_DOUBT -> BudgetUse.held(amount.negate()).plus(BudgetUse.inDoubt(amount));
      case SETTLEMENT -> ended(entry.getHeldUsd()).plus(BudgetUse.settled(amount));
      case RELEASE -> ended(amount);
      case ADJUSTMENT -> BudgetUse.settled(amount);
    };
  }

  private BudgetUse ended(BigDecimal hold) {
    return doubt == null
        ? BudgetUse.held(hold.negate())
        : BudgetUse.inDoubt(doubt.getAmountUsd().negate());
  }

  private static SpendChange change(LedgerEntry of, Spend by) {
    return new SpendChange(Dimensions.of(of), of.getOccurredAt(), by);
  }
}
