package io.millrace.dispatcher;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A dispatcher's state on the heap, with copies to go back to, as a transaction has. */
public final class MemoryState implements DispatcherState {

  private static final Comparator<Timer> TIMER_ORDER =
      Comparator.comparing(Timer::dueAt).thenComparing(Timer::kind).thenComparing(Timer::subject);

  final Map<String, TrackedRequest> requests = new TreeMap<>();
  final Map<String, OutstandingAttempt> attempts = new TreeMap<>();
  final NavigableSet<WaitingKey> waiting = new TreeSet<>();
  final NavigableSet<Timer> timers = new TreeSet<>(TIMER_ORDER);
  final Map<String, BudgetSums> budgets = new HashMap<>();
  final Map<String, PendingCallback> callbacks = new HashMap<>();
  final Map<String, Instant> finished = new HashMap<>();
  final Map<String, CancelledBatch> cancelledBatches = new TreeMap<>();

  /** A copy that later changes do not touch. */
  public MemoryState copy() {
    var copy = new MemoryState();
    copy.requests.putAll(requests);
    copy.attempts.putAll(attempts);
    copy.waiting.addAll(waiting);
    copy.timers.addAll(timers);
    copy.budgets.putAll(budgets);
    copy.callbacks.putAll(callbacks);
    copy.finished.putAll(finished);
    copy.cancelledBatches.putAll(cancelledBatches);
    return copy;
  }

  /** Open requests. */
  public int openRequests() {
    return requests.size();
  }

  /** Requests in a line. */
  public int inLine() {
    return waiting.size();
  }

  @Override
  public Optional<TrackedRequest> request(String requestId) {
    return Optional.ofNullable(requests.get(requestId));
  }

  @Override
  public void put(TrackedRequest request) {
    requests.put(request.id(), request);
  }

  @Override
  public void removeRequest(String requestId) {
    requests.remove(requestId);
  }

  @Override
  public boolean isFinished(String requestId) {
    return finished.containsKey(requestId);
  }

  @Override
  public void putFinished(String requestId, Instant at) {
    finished.put(requestId, at);
  }

  @Override
  public void forgetFinished(Instant before, int limit) {
    finished.values().removeIf(at -> at.isBefore(before));
  }

  @Override
  public List<OutstandingAttempt> attempts() {
    return List.copyOf(attempts.values());
  }

  @Override
  public void put(OutstandingAttempt attempt) {
    attempts.put(attempt.attemptId(), attempt);
  }

  @Override
  public void removeAttempt(String attemptId) {
    attempts.remove(attemptId);
  }

  @Override
  public void enqueue(WaitingKey key) {
    waiting.add(key);
  }

  @Override
  public void dequeue(WaitingKey key) {
    waiting.remove(key);
  }

  @Override
  public List<WaitingKey> lines() {
    var firsts = new ArrayList<WaitingKey>();
    for (var key : waiting) {
      if (firsts.isEmpty() || !isSameLine(firsts.getLast(), key)) {
        firsts.add(key);
      }
    }
    return firsts;
  }

  @Override
  public List<WaitingKey> waiting(WaitingKey from, int limit) {
    return waiting.tailSet(from, true).stream()
        .takeWhile(key -> isSameLine(from, key))
        .limit(limit)
        .toList();
  }

  @Override
  public void schedule(Timer timer) {
    timers.add(timer);
  }

  @Override
  public void unschedule(Timer timer) {
    timers.remove(timer);
  }

  @Override
  public List<Timer> due(Instant now, int limit) {
    return timers.stream().takeWhile(t -> !t.dueAt().isAfter(now)).limit(limit).toList();
  }

  @Override
  public List<Timer> timers(Timer from, int limit) {
    return timers.tailSet(from, true).stream().limit(limit).toList();
  }

  @Override
  public List<CancelledBatch> cancelledBatches() {
    return List.copyOf(cancelledBatches.values());
  }

  @Override
  public void put(CancelledBatch batch) {
    cancelledBatches.put(batch.batchId(), batch);
  }

  @Override
  public void removeCancelledBatch(String batchId) {
    cancelledBatches.remove(batchId);
  }

  @Override
  public BudgetSums budgets(String account) {
    return budgets.getOrDefault(account, BudgetSums.NONE);
  }

  @Override
  public void put(String account, BudgetSums sums) {
    budgets.put(account, sums);
  }

  @Override
  public Optional<PendingCallback> callback(String callbackId) {
    return Optional.ofNullable(callbacks.get(callbackId));
  }

  @Override
  public void put(PendingCallback callback) {
    callbacks.put(callback.callbackId(), callback);
  }

  @Override
  public void removeCallback(String callbackId) {
    callbacks.remove(callbackId);
  }

  private static boolean isSameLine(WaitingKey a, WaitingKey b) {
    return a.provider().equals(b.provider())
        && a.lane() == b.lane()
        && a.account().equals(b.account());
  }
}
