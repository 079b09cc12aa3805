package io.millrace.benchmarks;

import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.AttemptStarted;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.testkit.TopicReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Where the time of a waiting call goes, as the records on the topics say. */
final class StagesBenchmark implements Benchmark {

  private static final Duration WARM_UP = Duration.ofSeconds(15);

  @Override
  public String name() {
    return "stages";
  }

  @Override
  public String about() {
    return "Time between the records of a waiting chat call under a closed loop, in milliseconds";
  }

  @Override
  public Report run(Options options) throws IOException, InterruptedException {
    var load = ClosedLoop.best();
    int connections = options.connections(64);
    try (var product = Product.start()) {
      var target = Target.waiting(product.process().http(), Product.KEY);
      load.run(target, connections, WARM_UP);
      var begin = Instant.now();
      var result = load.run(target, connections, options.time(10));
      return stages(TopicReader.of(product.process()), begin)
          .note(
              "%d connections, %s/s, p50 %s ms, load by %s."
                  .formatted(
                      connections,
                      Figures.whole(result.perSecond()),
                      Figures.ms(result.p50Ms()),
                      load.name()));
    }
  }

  private Report stages(TopicReader reader, Instant begin) {
    var times = times(reader);
    times.values().removeIf(one -> one.size() < Stage.values().length);
    times.values().removeIf(one -> at(one, Stage.SUBMITTED) < begin.toEpochMilli());
    var report = Report.of(this, "from", "to", "p50", "p90", "p99", "requests");
    var stages = List.of(Stage.values());
    for (int i = 1; i < stages.size(); i++) {
      var before = stages.get(i - 1);
      var after = stages.get(i);
      var millis = new Histogram(3);
      times
          .values()
          .forEach(one -> millis.recordValue(Math.max(0, at(one, after) - at(one, before))));
      report =
          report.row(
              before.text,
              after.text,
              millis.getValueAtPercentile(50),
              millis.getValueAtPercentile(90),
              millis.getValueAtPercentile(99),
              millis.getTotalCount());
    }
    return report;
  }

  /** The moments of one request, in their order. */
  private enum Stage {
    SUBMITTED("ingress took it"),
    WRITTEN("dispatcher wrote the attempt"),
    STARTED("worker took it"),
    CALLED("worker called"),
    REPLIED("provider answered"),
    FINISHED("dispatcher decided");

    private final String text;

    Stage(String text) {
      this.text = text;
    }
  }

  private static long at(Map<Stage, Instant> one, Stage stage) {
    return one.getOrDefault(stage, Instant.EPOCH).toEpochMilli();
  }

  private static Map<String, Map<Stage, Instant>> times(TopicReader reader) {
    var topics = reader.topics();
    var times = new HashMap<String, Map<Stage, Instant>>();
    for (var one : reader.all(topics.requests().name(), RequestSubmitted.class)) {
      put(times, one.getRequestId(), Stage.SUBMITTED, one.getSubmittedAt());
    }
    var attempts = new ArrayList<AttemptRequested>();
    for (var lane : Lane.values()) {
      attempts.addAll(
          reader.all(topics.attempts("simulator", lane).name(), AttemptRequested.class));
    }
    for (var one : attempts) {
      put(times, one.getRequestId(), Stage.WRITTEN, one.getWrittenAt());
    }
    for (var one : reader.all(topics.replies().name(), AttemptStarted.class)) {
      put(times, one.getRequestId(), Stage.STARTED, one.getStartedAt());
    }
    for (var one : reader.all(topics.replies().name(), AttemptReplied.class)) {
      put(times, one.getRequestId(), Stage.CALLED, one.getStartedAt());
      put(times, one.getRequestId(), Stage.REPLIED, one.getRepliedAt());
    }
    for (var one : reader.all(topics.results().name(), RequestResult.class)) {
      put(times, one.getRequestId(), Stage.FINISHED, one.getFinishedAt());
    }
    return times;
  }

  private static void put(
      Map<String, Map<Stage, Instant>> times, String request, Stage stage, Instant at) {
    times.computeIfAbsent(request, added -> new HashMap<>()).put(stage, at);
  }
}
