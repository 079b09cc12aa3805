package io.millrace.ingress.kafka;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.BudgetState;
import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.SpendSummary;
import io.millrace.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest row of every spend summary and budget, read from the compacted topics into memory.
 * Rows grow with accounts × models × periods, not with requests; hours and days that are long past
 * are left to the topics.
 */
public final class CostView implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CostView.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final long PAUSE_MS = 200;
  private static final Duration HOURS_KEPT = Duration.ofDays(35);
  private static final Duration DAYS_KEPT = Duration.ofDays(800);
  private static final long JOIN_TIMEOUT_MS = 5_000;

  private final Clock clock;
  private final String budgetsTopic;
  private final AvroSerde<BudgetState> budgetSerde;
  private final Map<String, AvroSerde<SpendSummary>> spendSerdes = new HashMap<>();
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final ConcurrentSkipListMap<SpendKey, SpendSummary> spend =
      new ConcurrentSkipListMap<>(SpendKey.ORDER);
  private final ConcurrentSkipListMap<String, BudgetState> budgets = new ConcurrentSkipListMap<>();
  private final Thread thread;
  private final CountDownLatch stopping = new CountDownLatch(1);

  /** Account, period and start come first, so that a question is a range. */
  private record SpendKey(SpendPeriod period, long startMillis, String key) {
    static final Comparator<SpendKey> ORDER =
        Comparator.comparing(SpendKey::period)
            .thenComparingLong(SpendKey::startMillis)
            .thenComparing(SpendKey::key);
  }

  public CostView(KafkaClients kafka, Topics topics, Clock clock) {
    this.clock = clock;
    this.budgetsTopic = topics.budgets().name();
    this.budgetSerde = topics.budgets().serde();
    for (var period : SpendPeriod.values()) {
      spendSerdes.put(topics.spend(period).name(), topics.spend(period).serde());
    }
    this.consumer =
        kafka.consumer(
            Map.of(
                ConsumerConfig.CLIENT_ID_CONFIG, "ingress-costs",
                // Rows are written twice a second: read together, not one by one.
                ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 64 * 1024,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"));
    this.thread = new Thread(this::run, "ingress-costs");
  }

  /** Begins to read; the answers are whole a moment later. */
  public void start() {
    var names = new ArrayList<>(spendSerdes.keySet());
    names.add(budgetsTopic);
    var partitions =
        names.stream()
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(found -> new TopicPartition(found.topic(), found.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    thread.start();
  }

  /** Rows whose period begins in [from, to), of one account or of all. */
  public List<SpendSummary> spend(
      Optional<String> account, SpendPeriod period, Instant from, Instant to) {
    return spend
        .subMap(
            new SpendKey(period, from.toEpochMilli(), ""),
            new SpendKey(period, to.toEpochMilli(), ""))
        .values()
        .stream()
        .filter(row -> account.isEmpty() || account.get().equals(row.getAccount()))
        .toList();
  }

  /** Budgets of the account. */
  public List<BudgetState> budgets(String account) {
    return budgets.values().stream().filter(row -> row.getAccount().equals(account)).toList();
  }

  private void run() {
    try (consumer) {
      while (stopping.getCount() > 0) {
        try {
          consumer.poll(POLL_TIMEOUT).forEach(this::onRecord);
        } catch (WakeupException | InterruptException e) {
          return;
        } catch (KafkaException e) {
          LOG.atWarn().addKeyValue("error", e.toString()).log("costs could not be read");
          pause();
        }
      }
    }
  }

  private void onRecord(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.topic().equals(budgetsTopic)) {
        onBudget(text(record.key()), record.value());
      } else {
        onSpend(record);
      }
    } catch (SerializationException e) {
      LOG.atWarn()
          .addKeyValue("topic", record.topic())
          .addKeyValue("offset", record.offset())
          .addKeyValue("error", e.getMessage())
          .log("record cannot be read");
    }
  }

  private void onBudget(String key, byte @Nullable [] value) {
    if (value == null) {
      budgets.remove(key);
    } else {
      budgets.put(key, budgetSerde.fromBytes(value));
    }
  }

  private void onSpend(ConsumerRecord<byte[], byte[]> record) {
    var serde = spendSerdes.get(record.topic());
    if (serde == null || record.value() == null) {
      return;
    }
    SpendSummary row = serde.fromBytes(record.value());
    forget(row.getPeriod());
    if (!row.getPeriodStart().isBefore(oldest(row.getPeriod()))) {
      spend.put(
          new SpendKey(row.getPeriod(), row.getPeriodStart().toEpochMilli(), text(record.key())),
          row);
    }
  }

  private void forget(SpendPeriod period) {
    spend
        .subMap(
            new SpendKey(period, Long.MIN_VALUE, ""),
            new SpendKey(period, oldest(period).toEpochMilli(), ""))
        .clear();
  }

  private Instant oldest(SpendPeriod period) {
    return switch (period) {
      case HOUR -> clock.instant().minus(HOURS_KEPT);
      case DAY -> clock.instant().minus(DAYS_KEPT);
      case MONTH -> Instant.EPOCH;
    };
  }

  private static String text(byte @Nullable [] key) {
    return key == null ? "" : new String(key, java.nio.charset.StandardCharsets.UTF_8);
  }

  private void pause() {
    try {
      boolean isStopping = stopping.await(PAUSE_MS, TimeUnit.MILLISECONDS);
      LOG.atDebug().addKeyValue("isStopping", isStopping).log("reading goes on after a failure");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stopping.countDown();
    consumer.wakeup();
    try {
      if (thread.isAlive()) {
        thread.join(JOIN_TIMEOUT_MS);
      } else {
        consumer.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
