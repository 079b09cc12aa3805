package io.millrace.dispatcher;

import io.millrace.schemas.WorkerHeartbeat;
import io.millrace.schemas.WorkerLost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Concludes which workers are dead: one that fell silent, one that said goodbye, one whose name
 * came back with another life. The conclusion is put on the partition's log and acted on only when
 * it is read there, behind every reply that the dead worker managed to publish.
 */
final class WorkerWatch {

  /**
   * A worker that came back may still take over attempts that its former life had not committed; a
   * start of the new life must be able to come first.
   */
  private static final Duration SUCCESSION_GRACE = Duration.ofSeconds(2);

  private static final Duration REPEAT_AFTER = Duration.ofSeconds(10);

  private final Map<String, Seen> seen = new HashMap<>();
  private final Map<Life, Instant> declared = new HashMap<>();

  /** One life of a worker process. */
  record Life(String worker, String incarnation) {}

  private record Seen(WorkerHeartbeat heartbeat, Instant at, Instant incarnationSince) {}

  void heard(WorkerHeartbeat heartbeat, Instant now) {
    seen.compute(
        heartbeat.getWorker(),
        (worker, before) -> {
          if (before == null) {
            return new Seen(heartbeat, now, now);
          }
          if (before.heartbeat().getAt().equals(heartbeat.getAt())
              && before.heartbeat().getIncarnation().equals(heartbeat.getIncarnation())) {
            return before;
          }
          boolean isSame = before.heartbeat().getIncarnation().equals(heartbeat.getIncarnation());
          return new Seen(heartbeat, now, isSame ? before.incarnationSince() : now);
        });
  }

  /**
   * Those among the lives that are dead and were not declared so just now.
   *
   * @param firstStarts for each life that has running calls, when it was first relied on
   */
  List<WorkerLost> dead(Map<Life, Instant> firstStarts, Duration heartbeatTimeout, Instant now) {
    declared.values().removeIf(at -> now.isAfter(at.plus(REPEAT_AFTER)));
    var lost = new ArrayList<WorkerLost>();
    firstStarts.forEach(
        (life, since) -> {
          if (!declared.containsKey(life) && isDead(life, since, heartbeatTimeout, now)) {
            declared.put(life, now);
            lost.add(new WorkerLost(life.worker(), life.incarnation(), now));
          }
        });
    return lost;
  }

  private boolean isDead(Life life, Instant since, Duration heartbeatTimeout, Instant now) {
    var last = seen.get(life.worker());
    if (last == null) {
      return now.isAfter(since.plus(heartbeatTimeout));
    }
    if (!last.heartbeat().getIncarnation().equals(life.incarnation())) {
      // An older heartbeat than the start only means that this view of the workers lags.
      boolean isNewer = last.incarnationSince().isAfter(since);
      return isNewer
          ? now.isAfter(last.incarnationSince().plus(SUCCESSION_GRACE))
          : now.isAfter(since.plus(heartbeatTimeout));
    }
    if (last.heartbeat().getLeaving()) {
      return now.isAfter(last.at().plus(SUCCESSION_GRACE));
    }
    return now.isAfter(last.at().plus(heartbeatTimeout));
  }
}
