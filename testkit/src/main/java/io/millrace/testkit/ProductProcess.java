package io.millrace.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The product as a running child process. What it prints is kept, to be waited for and to be shown
 * when a test fails. Safe for concurrent use.
 */
public final class ProductProcess implements AutoCloseable {

  private static final int LINES_MAX = 20_000;
  private static final Duration DEATH_TIMEOUT = Duration.ofSeconds(20);

  private final String name;
  private final Process process;
  private final List<String> output = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();
  private final Thread killer;

  ProductProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.killer = Thread.ofPlatform().name("kill " + name).unstarted(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    read(process.inputReader(), output);
    read(process.errorReader(), errors);
  }

  private void read(BufferedReader from, List<String> into) {
    var reader =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (from) {
                    for (var line = from.readLine(); line != null; line = from.readLine()) {
                      keep(line, into);
                    }
                  } catch (IOException | UncheckedIOException e) {
                    keep("(" + e.getMessage() + ")", into);
                  } finally {
                    synchronized (this) {
                      notifyAll();
                    }
                  }
                });
    readers.add(reader);
  }

  private synchronized void keep(String line, List<String> into) {
    if (into.size() < LINES_MAX) {
      into.add(line);
    }
    notifyAll();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Lines of standard output so far. */
  public synchronized List<String> output() {
    return List.copyOf(output);
  }

  /** Lines of standard error so far. */
  public synchronized List<String> errors() {
    return List.copyOf(errors);
  }

  /** The first line of either output that fits, waited for. */
  public String awaitLine(Predicate<String> fits, Duration timeout) {
    long giveUpAt = System.nanoTime() + timeout.toNanos();
    synchronized (this) {
      while (true) {
        var found = first(fits);
        if (found.isPresent()) {
          return found.get();
        }
        long left = giveUpAt - System.nanoTime();
        if (left <= 0 || (!process.isAlive() && readers.stream().noneMatch(Thread::isAlive))) {
          throw new IllegalStateException(report("did not say what was waited for"));
        }
        pause(Math.min(left, TimeUnit.MILLISECONDS.toNanos(200)));
      }
    }
  }

  private Optional<String> first(Predicate<String> fits) {
    return output.stream()
        .filter(fits)
        .findFirst()
        .or(() -> errors.stream().filter(fits).findFirst());
  }

  private void pause(long nanos) {
    try {
      TimeUnit.NANOSECONDS.timedWait(this, nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Its exit code, waited for. */
  public int awaitExit(Duration timeout) {
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(report("did not end within " + timeout));
      }
      for (var reader : readers) {
        reader.join(DEATH_TIMEOUT);
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Gives it so long to live; true when it ended before. */
  public boolean isDeadWithin(Duration time) {
    try {
      return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** {@code kill -9}, and waits until it is dead. */
  public void kill9() {
    process.destroyForcibly();
    awaitExit(DEATH_TIMEOUT);
  }

  /** {@code kill -15} as Ctrl-C or an init system would, and its exit code. */
  public int terminate(Duration timeout) {
    // Not the process itself: its destroy closes the streams too, and the last lines are lost.
    process.toHandle().destroy();
    return awaitExit(timeout);
  }

  /** What happened, with the last lines it printed. */
  public String report(String what) {
    return "%s %s (%s)%n--- output%n%s%n--- errors%n%s"
        .formatted(
            name,
            what,
            process.isAlive() ? "running" : "exit code " + process.exitValue(),
            last(output()),
            last(errors()));
  }

  private static String last(List<String> lines) {
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }

  /** Kills what still runs. */
  @Override
  public void close() {
    if (process.isAlive()) {
      kill9();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook runs on a dead process, which does nothing.
    }
  }
}
