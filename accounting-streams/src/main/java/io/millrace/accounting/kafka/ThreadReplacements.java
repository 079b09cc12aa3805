package io.millrace.accounting.kafka;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a thread that died, a few times: a fault that passes is survived, one that stays ends
 * the service, which then reports that it is not ready. Locked, because dying threads come here.
 */
public final class ThreadReplacements implements StreamsUncaughtExceptionHandler {

  private static final Logger LOG = LoggerFactory.getLogger(ThreadReplacements.class);

  static final int REPLACEMENTS_MAX = 10;
  static final Duration WINDOW = Duration.ofMinutes(10);

  private final Clock clock;
  private final Deque<Instant> recent = new ArrayDeque<>();

  public ThreadReplacements(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable failure) {
    var now = clock.instant();
    while (!recent.isEmpty() && recent.getFirst().isBefore(now.minus(WINDOW))) {
      recent.removeFirst();
    }
    if (recent.size() >= REPLACEMENTS_MAX) {
      LOG.atError().setCause(failure).log("accounting stops: its thread died too often");
      return SHUTDOWN_CLIENT;
    }
    recent.addLast(now);
    LOG.atWarn().setCause(failure).log("accounting thread died and is replaced");
    return REPLACE_THREAD;
  }
}
