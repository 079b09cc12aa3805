package io.millrace.workers.kafka;

import io.millrace.schemas.RefusalReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the offsets of what was taken. Several commits run at once; each names the furthest
 * offset taken so far, so that a repeated one never goes back behind a later one. The broker
 * refuses the commit of a member that lost its partition: that is the fence. Owned by the poll
 * thread.
 */
final class TakenOffsets {

  private static final Logger LOG = LoggerFactory.getLogger(TakenOffsets.class);

  private static final long RETRY_DELAY_NANOS = 20_000_000;

  private final Consumer<byte[], byte[]> consumer;
  private final Listener listener;
  private final Map<TopicPartition, Long> taken = new HashMap<>();
  private final Map<TopicPartition, Long> committed = new HashMap<>();
  private final Set<TakenBatch> open = new LinkedHashSet<>();
  private final List<Retry> retries = new ArrayList<>();

  /** Hears what came of each batch, once. */
  interface Listener {
    void onCommitted(TakenBatch batch);

    void onFenced(TakenBatch batch);
  }

  private record Retry(TakenBatch batch, long atNanos) {}

  TakenOffsets(Consumer<byte[], byte[]> consumer, Listener listener) {
    this.consumer = consumer;
    this.listener = listener;
  }

  /** Batches whose end is not known. */
  int open() {
    return open.size();
  }

  void commit(TakenBatch batch) {
    open.add(batch);
    batch.nextOffsets().forEach((partition, next) -> taken.merge(partition, next, Math::max));
    commitAsync(batch);
  }

  /** Tries again what failed for a reason that passes. */
  void retry(long nowNanos) {
    if (retries.isEmpty()) {
      return;
    }
    var due = retries.stream().filter(r -> r.atNanos() - nowNanos <= 0).toList();
    retries.removeAll(due);
    for (var retry : due) {
      if (retry.batch().isSettled()) {
        continue;
      }
      if (isCovered(retry.batch())) {
        settle(retry.batch(), true);
      } else {
        commitAsync(retry.batch());
      }
    }
  }

  /** Nanoseconds until {@link #retry} has something to do. */
  long retryWaitNanos(long nowNanos) {
    long wait = Long.MAX_VALUE;
    for (var retry : retries) {
      wait = Math.min(wait, Math.max(0, retry.atNanos() - nowNanos));
    }
    return wait;
  }

  /** Brings every open batch to its end while the partitions are still ours. Blocks. */
  void settleAll(Duration timeout) {
    boolean isCommitted = open.isEmpty() || commitSync(timeout);
    for (var batch : List.copyOf(open)) {
      settle(batch, isCommitted);
    }
    forget();
  }

  /** The partitions are not ours any more. */
  void loseAll() {
    for (var batch : List.copyOf(open)) {
      settle(batch, false);
    }
    forget();
  }

  private void forget() {
    taken.clear();
    committed.clear();
    retries.clear();
  }

  private void commitAsync(TakenBatch batch) {
    var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
    for (var partition : batch.nextOffsets().keySet()) {
      offsets.put(partition, new OffsetAndMetadata(taken.getOrDefault(partition, 0L)));
    }
    try {
      consumer.commitAsync(offsets, (done, failure) -> onCommit(batch, done, failure));
    } catch (KafkaException e) {
      onCommit(batch, offsets, e);
    }
  }

  private void onCommit(
      TakenBatch batch,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      @Nullable Exception failure) {
    if (batch.isSettled()) {
      return;
    }
    if (failure == null) {
      offsets.forEach((partition, to) -> committed.merge(partition, to.offset(), Math::max));
      settle(batch, true);
    } else if (failure instanceof RetriableException
        || failure instanceof RetriableCommitFailedException
        || failure instanceof RebalanceInProgressException) {
      retries.add(new Retry(batch, System.nanoTime() + RETRY_DELAY_NANOS));
    } else {
      LOG.atWarn()
          .addKeyValue("error", failure.getClass().getSimpleName())
          .addKeyValue("attempts", batch.starts().size())
          .addKeyValue("failureCode", RefusalReason.FENCED)
          .log("offsets not committed, attempts not called");
      settle(batch, false);
    }
  }

  private boolean isCovered(TakenBatch batch) {
    return batch.nextOffsets().entrySet().stream()
        .allMatch(e -> committed.getOrDefault(e.getKey(), -1L) >= e.getValue());
  }

  private boolean commitSync(Duration timeout) {
    var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
    for (var batch : open) {
      for (var partition : batch.nextOffsets().keySet()) {
        offsets.put(partition, new OffsetAndMetadata(taken.getOrDefault(partition, 0L)));
      }
    }
    long until = System.nanoTime() + timeout.toNanos();
    while (true) {
      try {
        consumer.commitSync(offsets, Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        return true;
      } catch (WakeupException e) {
        // A slot came free meanwhile; that can wait.
      } catch (KafkaException e) {
        LOG.atWarn()
            .addKeyValue("error", e.getClass().getSimpleName())
            .log("offsets not committed before the partitions went");
        return false;
      }
    }
  }

  private void settle(TakenBatch batch, boolean isCommitted) {
    open.remove(batch);
    if (!batch.settle()) {
      return;
    }
    if (isCommitted) {
      listener.onCommitted(batch);
    } else {
      listener.onFenced(batch);
    }
  }
}
