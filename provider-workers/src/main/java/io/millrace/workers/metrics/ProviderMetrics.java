package io.millrace.workers.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.schemas.RefusalReason;
import io.millrace.schemas.Verdict;
import io.millrace.workers.CallReport;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/** Meters of one provider's calls. Tags come from closed sets and the configuration only. */
public final class ProviderMetrics {

  private final MeterRegistry registry;
  private final String provider;
  private final Timer latency;
  private final Timer waited;
  private final Map<Verdict, Counter> byVerdict = new ConcurrentHashMap<>();
  private final Map<RefusalReason, Counter> byReason = new ConcurrentHashMap<>();

  public ProviderMetrics(MeterRegistry registry, String provider) {
    this.registry = registry;
    this.provider = provider;
    this.latency =
        Timer.builder("millrace.workers.call")
            .description("From the start of a provider call to its end")
            .tag("provider", provider)
            .register(registry);
    this.waited =
        Timer.builder("millrace.workers.wait")
            .description("From the writing of an attempt to its taking")
            .tag("provider", provider)
            .register(registry);
  }

  /** Shows how many attempts are taken and not replied to. */
  public void watchInFlight(IntSupplier inFlight) {
    Gauge.builder("millrace.workers.in.flight", inFlight::getAsInt)
        .description("Attempts taken and not yet replied to")
        .tag("provider", provider)
        .strongReference(true)
        .register(registry);
  }

  public void onTaken(Duration wait) {
    waited.record(wait);
  }

  public void onReplied(CallReport report) {
    latency.record(Duration.between(report.startedAt(), report.repliedAt()));
    byVerdict
        .computeIfAbsent(
            report.outcome().verdict(),
            verdict -> counter("millrace.workers.attempts", "verdict", verdict))
        .increment();
  }

  public void onRefused(RefusalReason reason) {
    byReason
        .computeIfAbsent(reason, r -> counter("millrace.workers.refusals", "reason", r))
        .increment();
  }

  private Counter counter(String name, String tag, Enum<?> value) {
    return Counter.builder(name)
        .tag("provider", provider)
        .tag(tag, value.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
