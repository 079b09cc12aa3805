package io.millrace.workers.kafka;

import io.millrace.schemas.RefusalReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * What was taken at once and is committed together. It is settled once: committed, or fenced when
 * it is not certain that nobody else will take the same. Owned by the poll thread.
 */
final class TakenBatch {

  private final List<TakenAttempt> starts = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final Map<TopicPartition, Long> nextOffsets = new HashMap<>();
  private boolean isSettled;

  /** An attempt that will not be called for, to be said once its offset is committed. */
  record Refusal(ReadAttempt read, RefusalReason reason) {}

  void start(ReadAttempt read, TakenAttempt taken) {
    starts.add(taken);
    advance(read);
  }

  void refuse(ReadAttempt read, RefusalReason reason) {
    refusals.add(new Refusal(read, reason));
    advance(read);
  }

  boolean isEmpty() {
    return nextOffsets.isEmpty();
  }

  List<TakenAttempt> starts() {
    return starts;
  }

  List<Refusal> refusals() {
    return refusals;
  }

  /** By partition, the offset after the last one taken. */
  Map<TopicPartition, Long> nextOffsets() {
    return nextOffsets;
  }

  /** True the first time. */
  boolean settle() {
    boolean isFirst = !isSettled;
    isSettled = true;
    return isFirst;
  }

  boolean isSettled() {
    return isSettled;
  }

  private void advance(ReadAttempt read) {
    nextOffsets.merge(read.partition(), read.offset() + 1, Math::max);
  }
}
