package io.millrace.standalone.submit;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How far the run is, for people: a bar that is drawn over itself on a terminal, else a line every
 * few seconds.
 */
final class Progress implements AutoCloseable {

  private static final Duration REDRAW_INTERVAL = Duration.ofMillis(200);
  private static final Duration LINE_INTERVAL = Duration.ofSeconds(5);
  private static final Duration RATE_WINDOW = Duration.ofSeconds(10);
  private static final int BAR_WIDTH = 30;

  private final PrintStream out;
  private final boolean isTerminal;
  private final long total;
  private final Supplier<Snapshot> source;
  private final Supplier<Long> nanoClock;
  private final ArrayDeque<Sample> samples = new ArrayDeque<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("progress").daemon(true).factory());

  Progress(
      PrintStream out,
      boolean isTerminal,
      long total,
      Supplier<Snapshot> source,
      Supplier<Long> nanoClock) {
    this.out = out;
    this.isTerminal = isTerminal;
    this.total = total;
    this.source = source;
    this.nanoClock = nanoClock;
  }

  /** Where the run is now. */
  record Snapshot(long done, long failed) {}

  private record Sample(long atNanos, long done) {}

  void start() {
    text(source.get());
    var interval = isTerminal ? REDRAW_INTERVAL : LINE_INTERVAL;
    timer.scheduleAtFixedRate(
        this::draw, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Stops drawing; on a terminal the bar stays as it is at the end. */
  @Override
  public void close() {
    timer.shutdownNow();
    if (isTerminal) {
      draw();
      out.println();
    }
  }

  private synchronized void draw() {
    var text = text(source.get());
    if (isTerminal) {
      out.print("\r" + text + "\u001b[K");
      out.flush();
    } else {
      out.println(text);
    }
  }

  synchronized String text(Snapshot now) {
    double perSecond = perSecond(now.done());
    var bar = isTerminal ? bar(now.done()) + " " : "";
    return String.format(
        Locale.ROOT,
        "%s%d/%d done, %d failed, %.0f/s, %s",
        bar,
        now.done(),
        total,
        now.failed(),
        perSecond,
        eta(now.done(), perSecond));
  }

  private double perSecond(long done) {
    long now = nanoClock.get();
    samples.addLast(new Sample(now, done));
    while (samples.size() > 2 && now - samples.getFirst().atNanos() > RATE_WINDOW.toNanos()) {
      samples.removeFirst();
    }
    var first = samples.getFirst();
    long nanos = now - first.atNanos();
    return nanos <= 0 ? 0 : (done - first.done()) * 1e9 / nanos;
  }

  private String bar(long done) {
    int filled = total == 0 ? BAR_WIDTH : (int) (done * BAR_WIDTH / total);
    return "[" + "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled) + "]";
  }

  private String eta(long done, double perSecond) {
    if (done >= total) {
      return "done";
    }
    if (perSecond <= 0) {
      return "ETA -";
    }
    return "ETA " + clock(Duration.ofSeconds((long) Math.ceil((total - done) / perSecond)));
  }

  /** Such as 1:02:03 or 2:03. */
  static String clock(Duration duration) {
    return duration.toHours() > 0
        ? String.format(
            Locale.ROOT,
            "%d:%02d:%02d",
            duration.toHours(),
            duration.toMinutesPart(),
            duration.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart());
  }
}
