package io.millrace.accounting;

import static io.millrace.accounting.Entries.entry;
import static io.millrace.accounting.Entries.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.bootstrap.KafkaClients;
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
import io.millrace.testkit.KafkaBroker;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service on a real broker: its partitions, its restarts, and its state when the disk is gone.
 */
class AccountingServiceIT {

  private static final int PARTITIONS = 4;
  private static final List<String> ACCOUNTS = List.of("acme", "globex", "initech", "umbrella");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KafkaClients kafka = KafkaBroker.shared().clients();
  private final MillraceConfig config = config();
  private final Topics topics = new Topics(config.topics(), new InMemorySchemaIds());
  private final Map<String, Integer> ledgerPartitions = new HashMap<>();
  private final Instant now = Clock.systemUTC().instant();
  private int attempts;

  @TempDir Path directory;
  private KafkaProducer<byte[], byte[]> producer;
  private KafkaConsumer<byte[], byte[]> spendReader;
  private KafkaConsumer<byte[], byte[]> budgetReader;

  @BeforeEach
  void createTopics() {
    kafka.createMissing(
        topics.catalogue(List.of()).stream().map(topic -> topic.toNewTopic(1)).toList());
    producer = kafka.producer(Map.of());
    spendReader = reader(topics.spend(SpendPeriod.MONTH).name());
    budgetReader = reader(topics.budgets().name());
  }

  @AfterEach
  void closeClients() {
    producer.close();
    spendReader.close();
    budgetReader.close();
  }

  @Test
  void shouldGoOnExactlyWhenItIsRestartedAndWhenItsDiskIsLost() throws Exception {
    // Given
    var shown = new HashMap<String, SpendSummary>();
    settleCalls(50);

    // When
    var first = start("disk");
    awaitCalls(shown, 50);
    first.stop();
    settleCalls(30);
    var second = start("disk");
    awaitCalls(shown, 80);
    second.stop();
    settleCalls(20);
    var third = start("other-disk");
    awaitCalls(shown, 100);

    // Then
    assertThat(third.isReady()).isTrue();
    third.stop();
    assertThat(third.isReady()).isFalse();
    assertThat(shown).hasSize(ACCOUNTS.size());
    assertThat(shown.values())
        .allSatisfy(
            summary -> {
              assertThat(summary.getCalls()).isEqualTo(100);
              assertThat(summary.getCostUsd()).isEqualTo(usd("0.1"));
              assertThat(summary.getProvisional()).isTrue();
            });
    assertThat(budget().getSettledUsd()).isEqualTo(usd("0.1"));
  }

  private AccountingService start(String disk) {
    var service =
        new AccountingService(
            config, kafka, topics, new SimpleMeterRegistry(), directory.resolve(disk));
    service.start();
    assertThat(service.isReady()).isTrue();
    return service;
  }

  private void settleCalls(int count) throws ExecutionException, InterruptedException {
    for (int i = 0; i < count; i++) {
      var attempt = "req_" + ++attempts + ".1";
      for (var account : ACCOUNTS) {
        write(
            entry()
                .of(account)
                .attempt(attempt)
                .at(now)
                .budgetPeriod("2026-11")
                .settlement("0.001"));
      }
    }
    producer.flush();
  }

  private void write(LedgerEntry entry) throws ExecutionException, InterruptedException {
    var key = entry.getAccount().getBytes(StandardCharsets.UTF_8);
    var ledger = topics.ledger();
    var written =
        producer.send(new ProducerRecord<>(ledger.name(), key, ledger.serde().toBytes(entry)));
    ledgerPartitions.put(entry.getAccount(), written.get().partition());
  }

  private void awaitCalls(Map<String, SpendSummary> shown, long calls) {
    var serde = topics.spend(SpendPeriod.MONTH).serde();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              for (var record : spendReader.poll(Duration.ofMillis(100))) {
                var summary = serde.fromBytes(record.value());
                assertThat(record.partition())
                    .isEqualTo(ledgerPartitions.get(summary.getAccount()));
                shown.put(new String(record.key(), StandardCharsets.UTF_8), summary);
              }
              assertThat(shown.values())
                  .hasSize(ACCOUNTS.size())
                  .allMatch(summary -> summary.getCalls() == calls);
            });
  }

  private BudgetState budget() {
    var serde = topics.budgets().serde();
    var states = new ArrayList<BudgetState>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              budgetReader
                  .poll(Duration.ofMillis(100))
                  .forEach(record -> states.add(serde.fromBytes(record.value())));
              return !states.isEmpty();
            });
    budgetReader
        .poll(Duration.ofSeconds(1))
        .forEach(record -> states.add(serde.fromBytes(record.value())));
    return states.getLast();
  }

  private KafkaConsumer<byte[], byte[]> reader(String topic) {
    var consumer = kafka.consumer(Map.of());
    var all = new ArrayList<TopicPartition>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      all.add(new TopicPartition(topic, partition));
    }
    consumer.assign(all);
    consumer.seekToBeginning(all);
    return consumer;
  }

  private static MillraceConfig config() {
    var budget = new BudgetConfig("monthly", "month", new BigDecimal("250.00"), true);
    var acme =
        new AccountConfig("acme", List.of(), List.of(budget), AccountLimits.defaults(), 1, "");
    var prefix = KafkaBroker.prefix(AccountingServiceIT.class);
    return MillraceConfig.defaults()
        .withTopics(new TopicsConfig(prefix, PARTITIONS, 1, 1))
        .withAccounts(List.of(acme));
  }
}
