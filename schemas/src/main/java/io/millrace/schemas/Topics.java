package io.millrace.schemas;

import io.millrace.schemas.TopicSpec.Cleanup;
import io.millrace.schemas.config.TopicsConfig;
import io.millrace.schemas.state.AttemptState;
import io.millrace.schemas.state.BudgetBook;
import io.millrace.schemas.state.CallbackState;
import io.millrace.schemas.state.CancelledBatchState;
import io.millrace.schemas.state.FinishedState;
import io.millrace.schemas.state.RequestState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.NullMarked;

/**
 * The catalogue of topics. Everything keyed by account has the same number of partitions, so that
 * one partition number owns an account on all of them.
 */
@NullMarked
public final class Topics {

  private final TopicsConfig config;
  private final SchemaIds ids;
  private final AvroSerde<SpecificRecord> any;

  public Topics(TopicsConfig config, SchemaIds ids) {
    this.config = config;
    this.ids = ids;
    this.any = new AvroSerde<>(SpecificRecord.class, ids);
  }

  /**
   * Keyed by account, what clients asked for in the order in which they did: {@link
   * RequestSubmitted}, {@link CancelRequest}, {@link RequestDeleted}; {@link FileStored}, {@link
   * FileDeleted}; {@link BatchSubmitted}, {@link CancelBatch} and how far a batch has come, {@link
   * BatchChecked}, {@link BatchFed}.
   */
  public Topic<SpecificRecord> requests() {
    return new Topic<>(named("requests"), any);
  }

  /**
   * Keyed by account: {@link AttemptStarted}, {@link AttemptReplied}, {@link AttemptRefused},
   * {@link CallbackReplied}, {@link WorkerLost}, {@link AttemptOverdue}.
   */
  public Topic<SpecificRecord> replies() {
    return new Topic<>(named("replies"), any);
  }

  /** Keyed by account: {@link RequestResult}, {@link RequestStateChanged}. */
  public Topic<SpecificRecord> results() {
    return new Topic<>(named("results"), any);
  }

  /** Keyed by request; a partition is a slot of the provider's capacity. */
  public Topic<AttemptRequested> attempts(String provider, Lane lane) {
    return topic(
        "attempts." + provider + "." + lane.name().toLowerCase(Locale.ROOT),
        AttemptRequested.class);
  }

  /** Keyed by attempt, read by every worker. */
  public Topic<CancelAttempt> cancellations() {
    return topic("cancellations", CancelAttempt.class);
  }

  /** Keyed by worker. */
  public Topic<WorkerHeartbeat> workers() {
    return topic("workers", WorkerHeartbeat.class);
  }

  /** Keyed by request. */
  public Topic<StreamDelta> deltas() {
    return topic("deltas", StreamDelta.class);
  }

  /** Keyed by request: one account's own copy of its results. */
  public Topic<RequestResult> resultsOf(String account) {
    return topic("results." + account, RequestResult.class);
  }

  /** Keyed by request. */
  public Topic<CallbackRequested> callbacks() {
    return topic("callbacks", CallbackRequested.class);
  }

  /** Keyed by account. */
  public Topic<DeadLetter> deadLetters() {
    return topic("dead-letters", DeadLetter.class);
  }

  /** Keyed by account. */
  public Topic<LedgerEntry> ledger() {
    return topic("ledger", LedgerEntry.class);
  }

  /** Keyed by period start and dimensions. */
  public Topic<SpendSummary> spend(SpendPeriod period) {
    var suffix =
        switch (period) {
          case HOUR -> "hourly";
          case DAY -> "daily";
          case MONTH -> "monthly";
        };
    return topic("spend." + suffix, SpendSummary.class);
  }

  /** Keyed by account, budget and period. */
  public Topic<BudgetState> budgets() {
    return topic("budgets", BudgetState.class);
  }

  /** Keyed by target. */
  public Topic<ProviderHealth> providers() {
    return topic("providers", ProviderHealth.class);
  }

  /** Every topic of an installation that calls these providers. */
  public List<TopicSpec> catalogue(Collection<String> providerNames) {
    var days = Duration.ofDays(1);
    int accounts = config.partitions();
    var specs = new ArrayList<TopicSpec>();
    specs.add(kept(requests().name(), accounts, days.multipliedBy(7)));
    specs.add(kept(replies().name(), accounts, days.multipliedBy(7)));
    specs.add(kept(results().name(), accounts, days.multipliedBy(30)));
    specs.add(kept(deltas().name(), accounts, days));
    specs.add(kept(callbacks().name(), accounts, days.multipliedBy(7)));
    specs.add(kept(deadLetters().name(), accounts, days.multipliedBy(30)));
    specs.add(kept(ledger().name(), accounts, Duration.ZERO));
    specs.add(kept(named("audit"), accounts, Duration.ZERO));
    specs.add(kept(named("alerts"), accounts, days.multipliedBy(30)));
    specs.add(kept(cancellations().name(), 1, days));
    for (var period : SpendPeriod.values()) {
      specs.add(compacted(spend(period).name(), accounts));
    }
    specs.add(compacted(budgets().name(), accounts));
    specs.add(compacted(workers().name(), 1));
    specs.add(compacted(providers().name(), 1));
    specs.add(compacted(named("config"), 1));
    for (var provider : providerNames) {
      for (var lane : Lane.values()) {
        specs.add(kept(attempts(provider, lane).name(), config.slotsPerProvider(), days));
      }
    }
    return List.copyOf(specs);
  }

  /** The schema of every record type, to be registered at start. */
  public static List<Schema> schemas() {
    return List.of(
        RequestSubmitted.SCHEMA$,
        CancelRequest.SCHEMA$,
        RequestDeleted.SCHEMA$,
        FileStored.SCHEMA$,
        FileDeleted.SCHEMA$,
        BatchSubmitted.SCHEMA$,
        BatchChecked.SCHEMA$,
        BatchFed.SCHEMA$,
        CancelBatch.SCHEMA$,
        AttemptRequested.SCHEMA$,
        CancelAttempt.SCHEMA$,
        AttemptStarted.SCHEMA$,
        AttemptRefused.SCHEMA$,
        AttemptReplied.SCHEMA$,
        StreamDelta.SCHEMA$,
        RequestStateChanged.SCHEMA$,
        RequestResult.SCHEMA$,
        CallbackRequested.SCHEMA$,
        CallbackReplied.SCHEMA$,
        DeadLetter.SCHEMA$,
        LedgerEntry.SCHEMA$,
        SpendSummary.SCHEMA$,
        BudgetState.SCHEMA$,
        WorkerHeartbeat.SCHEMA$,
        WorkerLost.SCHEMA$,
        AttemptOverdue.SCHEMA$,
        ProviderHealth.SCHEMA$,
        RequestState.SCHEMA$,
        AttemptState.SCHEMA$,
        BudgetBook.SCHEMA$,
        CallbackState.SCHEMA$,
        FinishedState.SCHEMA$,
        CancelledBatchState.SCHEMA$);
  }

  /** A serde for a service's own state stores, in the same format as the topics. */
  public <V extends SpecificRecord> AvroSerde<V> serde(Class<V> type) {
    return new AvroSerde<>(type, ids);
  }

  private <V extends SpecificRecord> Topic<V> topic(String name, Class<V> type) {
    return new Topic<>(named(name), new AvroSerde<>(type, ids));
  }

  private String named(String name) {
    return config.prefix() + name;
  }

  private static TopicSpec kept(String name, int partitions, Duration retention) {
    return new TopicSpec(name, partitions, Cleanup.DELETE, retention);
  }

  private static TopicSpec compacted(String name, int partitions) {
    return new TopicSpec(name, partitions, Cleanup.COMPACT, Duration.ZERO);
  }
}
