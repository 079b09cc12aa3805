package io.millrace.dispatcher;

import io.millrace.dispatcher.FairQueue.AccountLine;
import io.millrace.schemas.Lane;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * The lines in front of the providers: one window and one fair queue for each provider and lane,
 * how loaded each slot is, and which accounts are held back. Rebuilt from the state after a
 * restart.
 */
final class Sending {

  /** How far a slot may be ahead of the least loaded. */
  private static final int SLOT_LEAD = 8;

  private static final int SLOT_TURN_MS = 20;

  private final DispatcherState state;
  private final int windowMax;
  private final ToIntFunction<String> slots;
  private final Map<LineId, Line> lines = new HashMap<>();
  private final Map<String, int[]> slotLoads = new HashMap<>();
  private final Map<String, Integer> inFlight = new HashMap<>();
  private final Set<String> heldBack = new HashSet<>();

  /**
   * @param slots how many slots a provider has
   */
  Sending(DispatcherState state, int windowMax, ToIntFunction<String> slots) {
    this.state = state;
    this.windowMax = windowMax;
    this.slots = slots;
  }

  /** What a line is for. */
  record LineId(String provider, Lane lane) {}

  /** A line: who waits, and how much may be written ahead. */
  record Line(SendWindow window, FairQueue queue) {}

  Line line(String provider, Lane lane) {
    return lines.computeIfAbsent(
        new LineId(provider, lane),
        id -> new Line(new SendWindow(queueingTarget(lane), windowMax), new FairQueue(state)));
  }

  Collection<Line> lines() {
    return new ArrayList<>(lines.values());
  }

  /** The lines that there are, or have been since the start. */
  List<LineId> lineIds() {
    return List.copyOf(lines.keySet());
  }

  void restore() {
    state.lines().forEach(first -> line(first.provider(), first.lane()).queue().restore(first));
  }

  void enqueue(WaitingKey key) {
    state.enqueue(key);
    line(key.provider(), key.lane()).queue().add(key);
  }

  void dequeue(WaitingKey key) {
    state.dequeue(key);
    line(key.provider(), key.lane()).queue().remove(key);
  }

  /** The next request in turn; it has left the line. */
  Optional<WaitingKey> poll(Line line) {
    var key = line.queue().poll(heldBack::contains);
    key.ifPresent(state::dequeue);
    return key;
  }

  /** Up to {@code limit} keys whose time is over, the earliest first; they have left the lines. */
  List<WaitingKey> takeLate(Instant now, int limit) {
    var late = new PriorityQueue<>(Comparator.comparingLong(AccountLine::earliest));
    lines.values().forEach(line -> line.queue().addLate(now.toEpochMilli(), late));
    var taken = new ArrayList<WaitingKey>();
    while (!late.isEmpty() && taken.size() < limit) {
      var line = late.remove();
      line.pollLate(now.toEpochMilli()).ifPresent(taken::add);
      if (line.isLate(now.toEpochMilli())) {
        late.add(line);
      }
    }
    taken.forEach(state::dequeue);
    return taken;
  }

  /** True when a request that has just come may go at once: nobody waits and the window is open. */
  boolean isClear(String provider, Lane lane, String account) {
    var line = line(provider, lane);
    return line.window().isOpen() && line.queue().isEmpty() && !heldBack.contains(account);
  }

  int inFlight(String account) {
    return inFlight.getOrDefault(account, 0);
  }

  /** No more of this account until one of its attempts ends. */
  void holdBack(String account) {
    heldBack.add(account);
  }

  /**
   * A slot of the provider with little outstanding work: the first, from a place that moves on with
   * time, that has hardly more than the least. What is decided together so goes to few partitions,
   * each of which costs its part of a transaction.
   */
  int slotFor(String provider, Instant now) {
    var loads = loadsOf(provider);
    int least = Arrays.stream(loads).min().orElse(0);
    int enough = least + Math.max(SLOT_LEAD, least / 4);
    int start = Math.floorMod(now.toEpochMilli() / SLOT_TURN_MS, loads.length);
    for (int i = 0; i < loads.length; i++) {
      int slot = (start + i) % loads.length;
      if (loads[slot] < enough) {
        return slot;
      }
    }
    return start;
  }

  void began(OutstandingAttempt attempt) {
    var loads = loadsOf(attempt.provider());
    loads[attempt.slot() % loads.length]++;
    inFlight.merge(attempt.payer().account(), 1, Integer::sum);
  }

  void ended(OutstandingAttempt attempt) {
    var loads = loadsOf(attempt.provider());
    int slot = attempt.slot() % loads.length;
    loads[slot] = Math.max(0, loads[slot] - 1);
    var account = attempt.payer().account();
    inFlight.computeIfPresent(account, (name, count) -> count > 1 ? count - 1 : null);
    heldBack.remove(account);
  }

  private int[] loadsOf(String provider) {
    return slotLoads.computeIfAbsent(provider, name -> new int[slots.applyAsInt(name)]);
  }

  /** How long attempts may queue in the topic, beyond the time that any record needs. */
  private static Duration queueingTarget(Lane lane) {
    return switch (lane) {
      case INTERACTIVE -> Duration.ofMillis(50);
      case STANDARD -> Duration.ofMillis(250);
      case BULK -> Duration.ofSeconds(1);
    };
  }
}
