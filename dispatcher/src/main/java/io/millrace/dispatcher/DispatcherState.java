package io.millrace.dispatcher;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one partition's dispatcher remembers. Everything that grows with the backlog is here and not
 * on the heap. All changes made for one event become durable together with its decisions, or not at
 * all.
 */
public interface DispatcherState {

  Optional<TrackedRequest> request(String requestId);

  void put(TrackedRequest request);

  void removeRequest(String requestId);

  /** True when the request with this derived id has ended before. */
  boolean isFinished(String requestId);

  void putFinished(String requestId, Instant at);

  /** Forgets up to {@code limit} finished ids older than {@code before}. */
  void forgetFinished(Instant before, int limit);

  /** All outstanding attempts; bounded by windows and provider limits. */
  List<OutstandingAttempt> attempts();

  void put(OutstandingAttempt attempt);

  void removeAttempt(String attemptId);

  void enqueue(WaitingKey key);

  void dequeue(WaitingKey key);

  /** First key of every line that has any. */
  List<WaitingKey> lines();

  /** Up to {@code limit} keys of one line, from {@code from} on, in order. */
  List<WaitingKey> waiting(WaitingKey from, int limit);

  void schedule(Timer timer);

  void unschedule(Timer timer);

  /** Up to {@code limit} timers that are due, the earliest first. */
  List<Timer> due(Instant now, int limit);

  /** Up to {@code limit} timers from this one on, the earliest first. */
  List<Timer> timers(Timer from, int limit);

  /** All cancelled batches that are remembered. */
  List<CancelledBatch> cancelledBatches();

  void put(CancelledBatch batch);

  void removeCancelledBatch(String batchId);

  BudgetSums budgets(String account);

  void put(String account, BudgetSums sums);

  Optional<PendingCallback> callback(String callbackId);

  void put(PendingCallback callback);

  void removeCallback(String callbackId);
}
