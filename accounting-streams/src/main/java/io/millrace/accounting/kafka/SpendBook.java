package io.millrace.accounting.kafka;

import io.millrace.accounting.Periods;
import io.millrace.accounting.Spend;
import io.millrace.accounting.SpendChange;
import io.millrace.accounting.SpendKey;
import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.SpendSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The sums of spend of one partition: those of open periods, which are shown as provisional, and
 * those of closed ones. Closed sums are kept for good, because an entry that comes late is added to
 * them.
 *
 * <p>Which open sums have changed since they were last shown is known in memory only. After a
 * restart all open ones are shown again; what changes a closed one is therefore shown at once.
 */
final class SpendBook {

  /** Changed sums remembered between two emissions; more are shown early. */
  private static final int CHANGED_MAX = 10_000;

  /** Sums closed at a time, so that closing needs little memory. */
  private static final int CLOSED_AT_ONCE = 500;

  private final KeyValueStore<String, SpendSummary> open;
  private final KeyValueStore<String, SpendSummary> closed;
  private final Consumer<SpendSummary> output;
  private final Runnable onLateEntry;
  private final Set<String> changed = new HashSet<>();
  private final Map<SpendPeriod, Instant> oldestOpen = new EnumMap<>(SpendPeriod.class);

  SpendBook(
      KeyValueStore<String, SpendSummary> open,
      KeyValueStore<String, SpendSummary> closed,
      Consumer<SpendSummary> output,
      Runnable onLateEntry) {
    this.open = open;
    this.closed = closed;
    this.output = output;
    this.onLateEntry = onLateEntry;
  }

  void post(SpendChange change) {
    for (var period : SpendPeriod.values()) {
      post(SpendKey.at(period, change.at(), change.dimensions()), change.by());
    }
  }

  private void post(SpendKey key, Spend by) {
    var name = nameOf(key);
    var shown = open.get(name);
    if (shown != null) {
      change(name, Spend.of(shown).plus(by).summary(key, true));
      return;
    }
    var last = closed.get(name);
    if (last != null) {
      adjust(name, Spend.of(last).plus(by).summary(key, false));
    } else if (key.start().isBefore(oldestOpen.getOrDefault(key.period(), Instant.MIN))) {
      adjust(name, by.summary(key, false));
    } else {
      change(name, by.summary(key, true));
    }
  }

  private void change(String name, SpendSummary summary) {
    open.put(name, summary);
    changed.add(name);
    if (changed.size() >= CHANGED_MAX) {
      emitChanged();
    }
  }

  private void adjust(String name, SpendSummary summary) {
    closed.put(name, summary);
    output.accept(summary);
    onLateEntry.run();
  }

  /** Shows the open sums that have changed since the last time. */
  void emitChanged() {
    for (var name : changed) {
      var summary = open.get(name);
      if (summary != null) {
        output.accept(summary);
      }
    }
    changed.clear();
  }

  /** Shows all open sums. */
  void emitOpen() {
    try (var all = open.all()) {
      all.forEachRemaining(entry -> output.accept(entry.value));
    }
    changed.clear();
  }

  /** Shows the sums of periods that are over at this time for the last time, as final. */
  void close(Instant now) {
    for (var period : SpendPeriod.values()) {
      var until = Periods.oldestOpen(period, now);
      if (until.isAfter(oldestOpen.getOrDefault(period, Instant.MIN))) {
        while (closeSome(period, until) == CLOSED_AT_ONCE) {
          // The next ones.
        }
        oldestOpen.put(period, until);
      }
    }
  }

  private int closeSome(SpendPeriod period, Instant until) {
    var over = new ArrayList<SpendSummary>();
    // Names sort by period and start; the upper bound itself is no name.
    try (var range = open.range(prefix(period), prefix(period) + until)) {
      while (range.hasNext() && over.size() < CLOSED_AT_ONCE) {
        over.add(range.next().value);
      }
    }
    over.forEach(this::close);
    return over.size();
  }

  private void close(SpendSummary summary) {
    var key = SpendKey.of(summary);
    var name = nameOf(key);
    var last = Spend.of(summary).summary(key, false);
    open.delete(name);
    changed.remove(name);
    closed.put(name, last);
    output.accept(last);
  }

  private static String nameOf(SpendKey key) {
    return prefix(key.period()) + key.text();
  }

  private static String prefix(SpendPeriod period) {
    return period.name() + "|";
  }
}
