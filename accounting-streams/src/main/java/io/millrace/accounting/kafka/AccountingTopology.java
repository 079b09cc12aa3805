package io.millrace.accounting.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.schemas.BudgetState;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.SpendSummary;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.MillraceConfig;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Ledger in, spend and budgets out. The ledger is keyed by account and so are the sums, in effect:
 * no record changes its partition number, and nothing is repartitioned.
 *
 * <pre>
 * ledger ─► fold ─┬─► spend.hourly, spend.daily, spend.monthly
 *                 └─► budgets
 * </pre>
 */
public final class AccountingTopology {

  static final String SPEND_OPEN = "spend-open";
  static final String SPEND_CLOSED = "spend-closed";
  static final String DOUBTS = "doubts";
  static final String BUDGETS = "budgets";
  static final String BUDGET_SINK = "budgets-out";

  private static final String SOURCE = "ledger-in";
  private static final String FOLD = "fold";

  private AccountingTopology() {}

  /** The topology over an installation's topics, for the budgets in its configuration. */
  public static Topology build(MillraceConfig config, Topics topics, MeterRegistry metrics) {
    var budgets =
        config.accounts().stream()
            .filter(account -> !account.budgets().isEmpty())
            .collect(Collectors.toUnmodifiableMap(AccountConfig::id, AccountConfig::budgets));
    var meters = new AccountingMeters(metrics);
    var ledger = topics.ledger();
    var topology = new Topology();
    topology.addSource(SOURCE, new StringDeserializer(), ledger.serde(), ledger.name());
    topology.addProcessor(FOLD, () -> new LedgerProcessor(budgets, meters), SOURCE);
    topology.addStateStore(store(SPEND_OPEN, SpendSummary.class, topics), FOLD);
    topology.addStateStore(store(SPEND_CLOSED, SpendSummary.class, topics), FOLD);
    topology.addStateStore(store(DOUBTS, LedgerEntry.class, topics), FOLD);
    topology.addStateStore(store(BUDGETS, BudgetState.class, topics), FOLD);
    for (var period : SpendPeriod.values()) {
      var spend = topics.spend(period);
      topology.addSink(
          sinkOf(period),
          spend.name(),
          new StringSerializer(),
          spend.serde(),
          new AccountPartitioner<>(SpendSummary::getAccount),
          FOLD);
    }
    var states = topics.budgets();
    topology.addSink(
        BUDGET_SINK,
        states.name(),
        new StringSerializer(),
        states.serde(),
        new AccountPartitioner<>(BudgetState::getAccount),
        FOLD);
    return topology;
  }

  static String sinkOf(SpendPeriod period) {
    return switch (period) {
      case HOUR -> "spend-hourly-out";
      case DAY -> "spend-daily-out";
      case MONTH -> "spend-monthly-out";
    };
  }

  /** Cached, so that a busy sum reaches disk and changelog once for each commit. */
  private static <V extends SpecificRecord> StoreBuilder<KeyValueStore<String, V>> store(
      String name, Class<V> type, Topics topics) {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.String(), topics.serde(type))
        .withCachingEnabled()
        .withLoggingEnabled(Map.of());
  }
}
