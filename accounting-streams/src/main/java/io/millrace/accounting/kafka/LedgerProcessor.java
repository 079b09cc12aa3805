package io.millrace.accounting.kafka;

import io.millrace.accounting.LedgerTime;
import io.millrace.accounting.Posting;
import io.millrace.accounting.SpendKey;
import io.millrace.schemas.BudgetState;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.LedgerKind;
import io.millrace.schemas.SpendSummary;
import io.millrace.schemas.config.BudgetConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Folds the ledger of one partition. Sums are stored with each entry and shown twice a second,
 * those that changed: a busy sum costs two records a second and not one for each call.
 *
 * <p>Attempts in doubt are kept with their IN_DOUBT entry until an entry ends the doubt, {@link
 * #DOUBT_KEPT} at most; a doubt that nobody ended by then stays in its period's sum.
 */
final class LedgerProcessor implements Processor<String, LedgerEntry, String, SpecificRecord> {

  /** How often changed sums are shown. */
  static final Duration EMIT_INTERVAL = Duration.ofMillis(500);

  /** How long an attempt in doubt is remembered. */
  static final Duration DOUBT_KEPT = Duration.ofDays(40);

  private static final Duration PURGE_INTERVAL = Duration.ofHours(1);
  private static final int PURGED_AT_ONCE = 10_000;

  private final Map<String, List<BudgetConfig>> budgets;
  private final AccountingMeters meters;
  private @Nullable Books books;

  LedgerProcessor(Map<String, List<BudgetConfig>> budgets, AccountingMeters meters) {
    this.budgets = budgets;
    this.meters = meters;
  }

  @Override
  public void init(ProcessorContext<String, SpecificRecord> context) {
    var opened = new Books(context, budgets, meters);
    books = opened;
    context.schedule(
        EMIT_INTERVAL,
        PunctuationType.WALL_CLOCK_TIME,
        now -> opened.onTick(Instant.ofEpochMilli(now)));
    context.schedule(
        PURGE_INTERVAL,
        PunctuationType.WALL_CLOCK_TIME,
        now -> opened.purge(Instant.ofEpochMilli(now)));
  }

  @Override
  public void process(Record<String, LedgerEntry> record) {
    if (books == null) {
      throw new IllegalStateException("not initialised");
    }
    books.post(record.value());
  }

  /** What exists from init on. */
  private static final class Books {

    private final ProcessorContext<String, SpecificRecord> context;
    private final AccountingMeters meters;
    private final KeyValueStore<String, LedgerEntry> doubts;
    private final SpendBook spend;
    private final BudgetBook budget;
    private final LedgerTime ledgerTime;
    private boolean hasShownAll;

    Books(
        ProcessorContext<String, SpecificRecord> context,
        Map<String, List<BudgetConfig>> budgets,
        AccountingMeters meters) {
      this.context = context;
      this.meters = meters;
      this.doubts = context.getStateStore(AccountingTopology.DOUBTS);
      this.spend =
          new SpendBook(
              context.getStateStore(AccountingTopology.SPEND_OPEN),
              context.getStateStore(AccountingTopology.SPEND_CLOSED),
              this::show,
              meters::onLateEntry);
      this.budget =
          new BudgetBook(context.getStateStore(AccountingTopology.BUDGETS), budgets, this::show);
      this.ledgerTime = new LedgerTime(now());
    }

    void post(LedgerEntry entry) {
      var posting = new Posting(entry, endedDoubt(entry));
      posting.spend().forEach(spend::post);
      budget.post(posting, now());
      if (entry.getKind() == LedgerKind.IN_DOUBT) {
        doubts.put(entry.getAttemptId(), entry);
      }
      ledgerTime.onEntry(entry.getOccurredAt());
      meters.onEntry(entry.getKind());
    }

    private @Nullable LedgerEntry endedDoubt(LedgerEntry entry) {
      if (!Posting.endsDoubt(entry)) {
        return null;
      }
      // Deleting what is not there would still write to the changelog, with every settlement.
      var doubt = doubts.get(entry.getAttemptId());
      return doubt == null ? null : doubts.delete(entry.getAttemptId());
    }

    void onTick(Instant now) {
      if (hasShownAll) {
        spend.emitChanged();
        budget.emitChanged();
      } else {
        // A crash may have come between storing a change and showing it.
        spend.emitOpen();
        budget.emitRecent(now);
        hasShownAll = true;
      }
      spend.close(ledgerTime.reached(now));
    }

    void purge(Instant now) {
      var expired = new ArrayList<String>();
      var oldest = ledgerTime.reached(now).minus(DOUBT_KEPT);
      try (var all = doubts.all()) {
        while (all.hasNext() && expired.size() < PURGED_AT_ONCE) {
          var doubt = all.next();
          if (doubt.value.getOccurredAt().isBefore(oldest)) {
            expired.add(doubt.key);
          }
        }
      }
      expired.forEach(doubts::delete);
    }

    private void show(SpendSummary summary) {
      context.forward(
          new Record<>(SpendKey.of(summary).text(), summary, context.currentSystemTimeMs()),
          AccountingTopology.sinkOf(summary.getPeriod()));
    }

    private void show(BudgetState state) {
      var key = String.join("|", state.getAccount(), state.getBudget(), state.getPeriod());
      context.forward(
          new Record<>(key, state, context.currentSystemTimeMs()), AccountingTopology.BUDGET_SINK);
    }

    private Instant now() {
      return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }
  }
}
