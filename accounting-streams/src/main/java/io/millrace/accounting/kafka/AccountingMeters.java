package io.millrace.accounting.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.schemas.LedgerKind;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What accounting counts. Safe for concurrent use. */
final class AccountingMeters {

  private final Map<LedgerKind, Counter> entries = new EnumMap<>(LedgerKind.class);
  private final Counter lateEntries;

  AccountingMeters(MeterRegistry registry) {
    for (var kind : LedgerKind.values()) {
      entries.put(
          kind,
          Counter.builder("millrace.accounting.entries")
              .description("ledger entries folded")
              .tag("kind", kind.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    this.lateEntries =
        Counter.builder("millrace.accounting.late")
            .description("changes of sums of closed periods")
            .register(registry);
  }

  void onEntry(LedgerKind kind) {
    var counter = entries.get(kind);
    if (counter != null) {
      counter.increment();
    }
  }

  void onLateEntry() {
    lateEntries.increment();
  }
}
