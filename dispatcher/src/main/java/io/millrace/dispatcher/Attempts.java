package io.millrace.dispatcher;

import io.millrace.dispatcher.AttemptAlarms.Kind;
import io.millrace.dispatcher.OutstandingAttempt.Start;
import io.millrace.schemas.WorkerHeartbeat;
import io.millrace.schemas.WorkerLost;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The attempts whose reply is not known: on the heap for speed, in the state for good, counted
 * against windows and slots, watched for what does not happen.
 */
final class Attempts {

  /** Beyond startBy: clocks of dispatcher and worker may differ by so much. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(2);

  /** A call that runs longer is worth showing as in progress. */
  private static final Duration SHOWN_AFTER = Duration.ofMillis(100);

  private final DispatcherState state;
  private final Sending sending;
  private final Map<String, OutstandingAttempt> attempts = new HashMap<>();
  private final AttemptAlarms alarms = new AttemptAlarms();
  private final WorkerWatch watch = new WorkerWatch();

  /** Since when this dispatcher relies on a life of a worker. */
  private final Map<WorkerWatch.Life, Instant> lives = new HashMap<>();

  Attempts(DispatcherState state, Sending sending) {
    this.state = state;
    this.sending = sending;
  }

  /** Takes up what stands in the state. */
  void recover(Instant now) {
    for (var attempt : state.attempts()) {
      attempts.put(attempt.attemptId(), attempt);
      if (!attempt.isInDoubt()) {
        sending.began(attempt);
        attempt
            .start()
            .ifPresentOrElse(
                start -> {
                  lives.putIfAbsent(lifeOf(start), now);
                  watchCall(attempt, now);
                },
                () -> watchStart(attempt));
      }
    }
  }

  /** All that are not in doubt. */
  List<OutstandingAttempt> open() {
    return attempts.values().stream().filter(attempt -> !attempt.isInDoubt()).toList();
  }

  Optional<OutstandingAttempt> find(String attemptId) {
    return Optional.ofNullable(attempts.get(attemptId));
  }

  /** An attempt is on its way to a provider's topic. */
  void written(OutstandingAttempt attempt) {
    remember(attempt);
    sending.began(attempt);
    watchStart(attempt);
  }

  /** A worker took it; gives back the line whose window that tells something. */
  Sending.Line started(OutstandingAttempt attempt, Start start, long waitedMs, Instant now) {
    var line = sending.line(attempt.provider(), attempt.lane());
    if (attempt.start().isEmpty()) {
      line.window().started(waitedMs, line.queue().accounts(), now);
    }
    var running = attempt.started(start);
    remember(running);
    lives.putIfAbsent(lifeOf(start), now);
    watchCall(running, now);
    return line;
  }

  /** The worker that took it may not call; another one may. */
  void writtenAgain(OutstandingAttempt attempt) {
    if (attempt.start().isPresent()) {
      remember(attempt.writtenAgain());
      watchStart(attempt);
    }
  }

  /** Its worker is dead. What it may have cost stays known until its reply or for long. */
  OutstandingAttempt doubted(OutstandingAttempt attempt, Instant forgetAt) {
    sending.ended(attempt);
    var doubtful = attempt.inDoubt();
    remember(doubtful);
    state.schedule(new Timer(forgetAt, Timer.Kind.FORGET, attempt.attemptId()));
    return doubtful;
  }

  /** It has ended, or was never called. */
  void ended(OutstandingAttempt attempt) {
    attempts.remove(attempt.attemptId());
    state.removeAttempt(attempt.attemptId());
    if (attempt.isInDoubt()) {
      return;
    }
    sending.ended(attempt);
    if (attempt.start().isEmpty()) {
      sending.line(attempt.provider(), attempt.lane()).window().withdrawn();
    }
  }

  /** Calls that this life of a worker has open, in a fixed order. */
  List<OutstandingAttempt> openOf(WorkerLost lost) {
    lives.remove(new WorkerWatch.Life(lost.getWorker(), lost.getIncarnation()));
    return attempts.values().stream()
        .filter(a -> !a.isInDoubt())
        .filter(a -> a.startedBy(lost.getWorker(), lost.getIncarnation()))
        .sorted(Comparator.comparing(OutstandingAttempt::attemptId))
        .toList();
  }

  void heard(WorkerHeartbeat heartbeat, Instant now) {
    watch.heard(heartbeat, now);
  }

  /** Workers that have calls open and are dead. */
  List<WorkerLost> deadWorkers(Duration heartbeatTimeout, Instant now) {
    if (lives.isEmpty()) {
      return List.of();
    }
    var running = new HashMap<WorkerWatch.Life, Instant>();
    for (var attempt : attempts.values()) {
      if (!attempt.isInDoubt()) {
        attempt
            .start()
            .map(Attempts::lifeOf)
            .ifPresent(life -> running.put(life, lives.getOrDefault(life, now)));
      }
    }
    lives.keySet().retainAll(running.keySet());
    return watch.dead(running, heartbeatTimeout, now);
  }

  List<AttemptAlarms.Alarm> alarmsDue(Instant now) {
    return alarms.due(now);
  }

  void setAlarm(Instant at, Kind kind, String attemptId) {
    alarms.set(at, kind, attemptId);
  }

  private void remember(OutstandingAttempt attempt) {
    attempts.put(attempt.attemptId(), attempt);
    state.put(attempt);
  }

  /** Counts an attempt that lies in the topic, and looks again when it can be started no more. */
  private void watchStart(OutstandingAttempt attempt) {
    sending.line(attempt.provider(), attempt.lane()).window().written();
    var overdueAt = attempt.startBy().plus(CLOCK_SKEW);
    alarms.set(overdueAt, Kind.START, attempt.attemptId());
    if (attempt.deadline().isBefore(overdueAt)) {
      alarms.set(attempt.deadline(), Kind.DEADLINE, attempt.attemptId());
    }
  }

  /** Looks again at a call that has begun. */
  private void watchCall(OutstandingAttempt attempt, Instant now) {
    var shownAt = now.plus(SHOWN_AFTER);
    if (shownAt.isBefore(attempt.deadline())) {
      alarms.set(shownAt, Kind.SHOW, attempt.attemptId());
    } else {
      alarms.set(attempt.deadline(), Kind.DEADLINE, attempt.attemptId());
    }
  }

  private static WorkerWatch.Life lifeOf(Start start) {
    return new WorkerWatch.Life(start.worker(), start.incarnation());
  }
}
