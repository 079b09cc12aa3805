package io.millrace.benchmarks;

import io.millrace.bootstrap.KafkaClients;
import io.millrace.testkit.Directories;
import io.millrace.testkit.SimulatorProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** What the parts can do alone: nothing built of them can do better. */
final class FloorBenchmark implements Benchmark {

  private static final String TOPIC = "floor";
  private static final int ROUND_TRIPS = 2_000;
  private static final int WARM_UP_TRIPS = 1_000;
  private static final Duration WARM_UP = Duration.ofSeconds(10);

  @Override
  public String name() {
    return "floor";
  }

  @Override
  public String about() {
    return "What the parts do alone on the machine";
  }

  @Override
  public Report run(Options options) throws IOException, InterruptedException, ExecutionException {
    var directory = Files.createTempDirectory("millrace-bench");
    try (var broker = JavaChild.broker(Directories.repository(), directory.resolve("kafka"))) {
      var report = Report.of(this, "what", "per second", "p50 ms", "p99 ms");
      report = loads(report, broker, options);
      return roundTrips(report, broker);
    } finally {
      Directories.delete(directory);
    }
  }

  private static Report loads(Report report, JavaChild broker, Options options)
      throws IOException, InterruptedException {
    var load = ClosedLoop.best();
    int connections = options.connections(64);
    LoadResult accepted;
    LoadResult served;
    try (var bare = JavaChild.bareServer(broker.address())) {
      var target = new Target(URI.create(bare.address()), "", Target.chat(1024), "", 202);
      load.run(target, connections, WARM_UP);
      accepted = load.run(target, connections, options.time(10));
    }
    try (var simulator = SimulatorProcess.start()) {
      var target = Target.waiting(URI.create(simulator.url()), "");
      load.run(target, connections, WARM_UP);
      served = load.run(target, connections, options.time(10));
    }
    return row(row(report, "bare server, HTTP to Kafka's ack", accepted), "simulator alone", served)
        .note("%d connections, load by %s.".formatted(connections, load.name()));
  }

  private static Report roundTrips(Report report, JavaChild broker)
      throws InterruptedException, ExecutionException {
    var clients = new KafkaClients(broker.address(), Map.of());
    clients.createMissing(List.of(new NewTopic(TOPIC, 1, (short) 1)));
    var acked = new Histogram(3);
    var received = new Histogram(3);
    try (var producer = clients.producer(Map.of());
        var consumer = clients.consumer(Map.of("auto.offset.reset", "earliest"))) {
      consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
      for (int trip = 0; trip < WARM_UP_TRIPS + ROUND_TRIPS; trip++) {
        long begin = System.nanoTime();
        var ack = producer.send(new ProducerRecord<>(TOPIC, new byte[2048]));
        while (consumer.poll(Duration.ofSeconds(1)).isEmpty()) {
          // Not there yet.
        }
        long there = System.nanoTime();
        ack.get();
        if (trip >= WARM_UP_TRIPS) {
          received.recordValue((there - begin) / 1_000);
        }
      }
      for (int trip = 0; trip < ROUND_TRIPS; trip++) {
        long begin = System.nanoTime();
        producer.send(new ProducerRecord<>(TOPIC, new byte[2048])).get();
        acked.recordValue((System.nanoTime() - begin) / 1_000);
      }
    }
    return row(
        row(report, "one record, produced and acknowledged", oneByOne(acked)),
        "one record, produced and received",
        oneByOne(received));
  }

  private static LoadResult oneByOne(Histogram micros) {
    var time = Duration.ofNanos((long) (micros.getMean() * micros.getTotalCount() * 1_000));
    return Latencies.result(micros, 0, time);
  }

  private static Report row(Report report, String what, LoadResult result) {
    return report.row(
        what,
        Figures.whole(result.perSecond()),
        Figures.ms(result.p50Ms()),
        Figures.ms(result.p99Ms()));
  }
}
