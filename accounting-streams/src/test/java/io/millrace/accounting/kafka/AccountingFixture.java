package io.millrace.accounting.kafka;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.schemas.BudgetState;
import io.millrace.schemas.InMemorySchemaIds;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.SpendSummary;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.AccountLimits;
import io.millrace.schemas.config.BudgetConfig;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.TopicsConfig;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;

/** The real topology without a broker: entries in, records of each topic out. */
final class AccountingFixture implements AutoCloseable {

  static final Instant NOW = Instant.parse("2026-11-21T10:20:00Z");

  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final TopologyTestDriver driver;
  private final TestInputTopic<String, LedgerEntry> ledger;
  private final Map<SpendPeriod, TestOutputTopic<String, SpendSummary>> spend =
      new EnumMap<>(SpendPeriod.class);
  private final TestOutputTopic<String, BudgetState> budgets;

  private AccountingFixture(Path stateDirectory, Instant now, String limitUsd) {
    var topics = new Topics(TopicsConfig.defaults(), new InMemorySchemaIds());
    var properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "accounting");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    this.driver =
        new TopologyTestDriver(
            AccountingTopology.build(config(limitUsd), topics, metrics), properties, now);
    var entries = topics.ledger();
    this.ledger = driver.createInputTopic(entries.name(), new StringSerializer(), entries.serde());
    for (var period : SpendPeriod.values()) {
      var topic = topics.spend(period);
      spend.put(
          period, driver.createOutputTopic(topic.name(), new StringDeserializer(), topic.serde()));
    }
    var states = topics.budgets();
    this.budgets =
        driver.createOutputTopic(states.name(), new StringDeserializer(), states.serde());
  }

  /** Started at {@link #NOW}; the account acme has a budget, others have none. */
  static AccountingFixture start(Path stateDirectory) {
    return new AccountingFixture(stateDirectory, NOW, "250.00");
  }

  /**
   * What takes over with the same stores: the first ended at its last commit, without having shown
   * what changed since its last emission.
   */
  AccountingFixture takenOver(Path stateDirectory, Instant now, String limitUsd) {
    var next = new AccountingFixture(stateDirectory, now, limitUsd);
    for (var name :
        List.of(
            AccountingTopology.SPEND_OPEN,
            AccountingTopology.SPEND_CLOSED,
            AccountingTopology.DOUBTS,
            AccountingTopology.BUDGETS)) {
      var to = next.driver.<String, Object>getKeyValueStore(name);
      try (var all = driver.<String, Object>getKeyValueStore(name).all()) {
        all.forEachRemaining(entry -> to.put(entry.key, entry.value));
      }
    }
    return next;
  }

  void post(LedgerEntry... entries) {
    for (var entry : entries) {
      ledger.pipeInput(entry.getAccount(), entry);
    }
  }

  /** Lets changed sums be shown. */
  void tick() {
    driver.advanceWallClockTime(LedgerProcessor.EMIT_INTERVAL);
  }

  /** Shows changed sums, and lets the rest of the time, at least a second, go by in one leap. */
  void pass(Duration time) {
    tick();
    driver.advanceWallClockTime(time.minus(LedgerProcessor.EMIT_INTERVAL));
  }

  /** The newest summary of each key since the last call. */
  Map<String, SpendSummary> spend(SpendPeriod period) {
    return output(period).readKeyValuesToMap();
  }

  /** All summaries since the last call. */
  List<SpendSummary> allSpend(SpendPeriod period) {
    return output(period).readValuesToList();
  }

  /** The newest state of each key since the last call. */
  Map<String, BudgetState> budgets() {
    return budgets.readKeyValuesToMap();
  }

  long doubts() {
    try (var all = driver.getKeyValueStore(AccountingTopology.DOUBTS).all()) {
      long count = 0;
      while (all.hasNext()) {
        all.next();
        count++;
      }
      return count;
    }
  }

  @Override
  public void close() {
    driver.close();
  }

  private TestOutputTopic<String, SpendSummary> output(SpendPeriod period) {
    var topic = spend.get(period);
    if (topic == null) {
      throw new IllegalStateException("no topic for " + period);
    }
    return topic;
  }

  private static MillraceConfig config(String limitUsd) {
    var budget = new BudgetConfig("monthly", "month", new BigDecimal(limitUsd), true);
    var acme =
        new AccountConfig("acme", List.of(), List.of(budget), AccountLimits.defaults(), 1, "");
    return MillraceConfig.defaults().withAccounts(List.of(acme));
  }
}
