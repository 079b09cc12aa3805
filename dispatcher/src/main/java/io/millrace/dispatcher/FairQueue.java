package io.millrace.dispatcher;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Who goes next among the accounts that wait for one provider in one lane: deficit round robin by
 * LLM tokens, with weights. An account whose turn it is sends until it has used up what its weight
 * gives it; what it took too much counts against its next turn.
 *
 * <p>The line itself is in the state. Of each account only the head is on the heap, refilled from
 * where it was left, so that a scan never passes over the tombstones of those who have gone.
 */
final class FairQueue {

  private static final int HEAD_MAX = 64;
  private static final long QUANTUM_TOKENS = 4_000;

  private final DispatcherState state;
  private final Map<String, AccountLine> lines = new HashMap<>();
  private final Deque<AccountLine> turns = new ArrayDeque<>();

  FairQueue(DispatcherState state) {
    this.state = state;
  }

  boolean isEmpty() {
    return turns.isEmpty();
  }

  int accounts() {
    return turns.size();
  }

  /** Makes known a line that stands in the state. */
  void restore(WaitingKey first) {
    lineOf(first.account()).restore(first);
  }

  /** A key that has just been put in the state. */
  void add(WaitingKey key) {
    lineOf(key.account()).add(key);
  }

  void remove(WaitingKey key) {
    var line = lines.get(key.account());
    if (line != null) {
      line.head.remove(key);
    }
  }

  /** The next key in turn, taken off the line, of an account that is not held back. */
  Optional<WaitingKey> poll(Predicate<String> isHeldBack) {
    for (int passed = 0; passed < turns.size(); ) {
      var line = turns.getFirst();
      if (isHeldBack.test(line.account)) {
        turns.addLast(turns.removeFirst());
        passed++;
        continue;
      }
      var key = line.poll();
      if (key.isPresent()) {
        return key;
      }
      turns.removeFirst();
      lines.remove(line.account);
    }
    return Optional.empty();
  }

  /** Adds the lines that may begin with a key whose time is over. */
  void addLate(long nowMs, Collection<AccountLine> late) {
    turns.stream().filter(line -> line.isLate(nowMs)).forEach(late::add);
  }

  /** Charges the turn of the account for what was sent. */
  void charge(String account, long tokens, int weight) {
    var line = lines.get(account);
    if (line == null) {
      return;
    }
    line.deficit -= tokens;
    if (line.deficit <= 0 && turns.peekFirst() == line) {
      line.deficit += QUANTUM_TOKENS * weight;
      turns.addLast(turns.removeFirst());
    }
  }

  private AccountLine lineOf(String account) {
    return lines.computeIfAbsent(
        account,
        name -> {
          var line = new AccountLine(name);
          turns.addLast(line);
          return line;
        });
  }

  /** One account's place in the round, and the head of its line. */
  final class AccountLine {

    private final String account;
    private final NavigableSet<WaitingKey> head = new TreeSet<>();
    private long deficit = QUANTUM_TOKENS;

    /** Where the part of the line that is only in the state begins. */
    private Optional<WaitingKey> restFrom = Optional.empty();

    private AccountLine(String account) {
      this.account = account;
    }

    private void restore(WaitingKey first) {
      restFrom = Optional.of(first);
    }

    private void add(WaitingKey key) {
      boolean isInHead = restFrom.isEmpty() || key.compareTo(restFrom.get()) < 0;
      if (!isInHead) {
        return;
      }
      head.add(key);
      if (head.size() > HEAD_MAX) {
        restFrom = Optional.of(head.pollLast());
      }
    }

    /** No key of this line is before; known without a look into the state. */
    long earliest() {
      if (!head.isEmpty()) {
        return head.first().order();
      }
      return restFrom.map(WaitingKey::order).orElse(Long.MAX_VALUE);
    }

    boolean isLate(long nowMs) {
      return earliest() <= nowMs;
    }

    /** The first key, taken off the head, if its time is over. */
    Optional<WaitingKey> pollLate(long nowMs) {
      if (head.isEmpty()) {
        refill();
      }
      return isLate(nowMs) ? poll() : Optional.empty();
    }

    private Optional<WaitingKey> poll() {
      if (head.isEmpty()) {
        refill();
      }
      return Optional.ofNullable(head.pollFirst());
    }

    private void refill() {
      if (restFrom.isEmpty()) {
        return;
      }
      var next = state.waiting(restFrom.get(), HEAD_MAX + 1);
      head.addAll(next);
      restFrom = head.size() > HEAD_MAX ? Optional.of(head.pollLast()) : Optional.empty();
    }
  }
}
