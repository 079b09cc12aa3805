package io.millrace.dispatcher;

import io.millrace.dispatcher.TrackedRequest.Ending;
import io.millrace.dispatcher.TrackedRequest.Phase;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.RequestSubmitted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ends the waiting lines of cancelled batches, a few at a time, and knows which batches those are:
 * none of their lines is sent or put in line any more, whenever it comes. Calls that run go on.
 *
 * <p>All lines of a batch have one deadline and stand in line by it, so they are found without a
 * look at others. Those that sleep are found among the timers.
 */
final class BatchCancels {

  /** Lines may become requests for a while after the window, if whoever feeds them was away. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private final DispatcherState state;
  private final Sending sending;
  private final Requests requests;
  private final Map<String, CancelledBatch> known = new HashMap<>();
  private final Deque<Sweep> sweeps = new ArrayDeque<>();

  BatchCancels(DispatcherState state, Sending sending, Requests requests) {
    this.state = state;
    this.sending = sending;
    this.requests = requests;
  }

  /** Takes up what stands in the state; a sweep that was not through begins again. */
  void restore() {
    for (var batch : state.cancelledBatches()) {
      known.put(batch.batchId(), batch);
      if (!batch.isSwept()) {
        sweeps.add(new Sweep(batch));
      }
    }
  }

  void onCancel(CancelBatch cancel) {
    if (known.containsKey(cancel.getBatchId())) {
      return;
    }
    var batch =
        new CancelledBatch(cancel.getBatchId(), cancel.getAccount(), cancel.getExpiresAt(), false);
    state.put(batch);
    state.schedule(
        new Timer(batch.expiresAt().plus(REMEMBERED), Timer.Kind.FORGET_BATCH, batch.batchId()));
    known.put(batch.batchId(), batch);
    sweeps.add(new Sweep(batch));
  }

  void forget(String batchId) {
    known.remove(batchId);
    state.removeCancelledBatch(batchId);
  }

  boolean isCancelled(RequestSubmitted request) {
    if (known.isEmpty()) {
      return false;
    }
    return request
        .getBatchId()
        .map(known::get)
        .filter(batch -> batch.account().equals(request.getAccount()))
        .isPresent();
  }

  /** Looks at up to {@code limit} places where a line of a cancelled batch may wait. */
  void sweep(int limit, Instant now, List<Decision> out) {
    int left = limit;
    while (left > 0 && !sweeps.isEmpty()) {
      var sweep = sweeps.getFirst();
      left -= Math.max(1, sweep.step(left, now, out));
      if (sweep.isThrough()) {
        sweeps.removeFirst();
        sweep.remember();
      }
    }
  }

  /** One batch's way through the places where its lines may wait. */
  private final class Sweep {

    private final CancelledBatch batch;
    private final Deque<WaitingKey> lines = new ArrayDeque<>();
    private Optional<Timer> timers;

    Sweep(CancelledBatch batch) {
      this.batch = batch;
      this.timers = Optional.of(new Timer(Instant.EPOCH, Timer.Kind.WAKE, ""));
      long order = batch.expiresAt().toEpochMilli();
      for (var id : sending.lineIds()) {
        lines.add(new WaitingKey(id.provider(), id.lane(), batch.account(), order, ""));
      }
    }

    boolean isThrough() {
      return lines.isEmpty() && timers.isEmpty();
    }

    /** How many places were looked at. */
    int step(int limit, Instant now, List<Decision> out) {
      return lines.isEmpty() ? stepTimers(limit, now, out) : stepLine(limit, now, out);
    }

    private int stepLine(int limit, Instant now, List<Decision> out) {
      var from = lines.removeFirst();
      var keys = state.waiting(from, limit);
      int seen = 0;
      for (var key : keys) {
        if (key.order() != from.order()) {
          return seen;
        }
        seen++;
        end(key.requestId(), now, out);
      }
      if (keys.size() == limit) {
        lines.addFirst(behind(keys.getLast()));
      }
      return seen;
    }

    private WaitingKey behind(WaitingKey key) {
      return new WaitingKey(
          key.provider(), key.lane(), key.account(), key.order(), key.requestId() + " ");
    }

    private int stepTimers(int limit, Instant now, List<Decision> out) {
      var found = new ArrayList<>(state.timers(timers.orElseThrow(), limit));
      timers = Optional.empty();
      if (found.size() == limit) {
        var last = found.getLast();
        timers = Optional.of(new Timer(last.dueAt(), last.kind(), last.subject() + " "));
      }
      for (var timer : found) {
        if (timer.dueAt().isAfter(batch.expiresAt())) {
          timers = Optional.empty();
          break;
        }
        if (timer.kind() == Timer.Kind.WAKE) {
          end(timer.subject(), now, out);
        }
      }
      return found.size();
    }

    private void end(String requestId, Instant now, List<Decision> out) {
      state
          .request(requestId)
          .filter(tracked -> tracked.phase() == Phase.WAITING)
          .filter(tracked -> tracked.request().getBatchId().equals(Optional.of(batch.batchId())))
          .filter(tracked -> tracked.request().getAccount().equals(batch.account()))
          .ifPresent(tracked -> requests.end(tracked, Ending.CANCELLED, now, out));
    }

    private void remember() {
      // It may have been forgotten meanwhile, if the sweep took so long.
      if (known.containsKey(batch.batchId())) {
        known.put(batch.batchId(), batch.swept());
        state.put(batch.swept());
      }
    }
  }
}
