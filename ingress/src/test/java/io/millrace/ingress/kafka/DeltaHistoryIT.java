package io.millrace.ingress.kafka;

import static io.millrace.ingress.Records.aDelta;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ingress.RequestIds;
import io.millrace.schemas.InMemorySchemaIds;
import io.millrace.schemas.StreamDelta;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.TopicsConfig;
import io.millrace.testkit.KafkaBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeltaHistoryIT {

  private static final int OTHERS = 100_000;
  private static final Duration FIRST_MAX = Duration.ofMillis(250);

  private final Topics topics =
      new Topics(
          new TopicsConfig(KafkaBroker.prefix(DeltaHistoryIT.class), 1, 1, 1),
          new InMemorySchemaIds());

  @Test
  void shouldFindTheFirstDeltaSoonWhenManyOthersWereWrittenBeforeAndSince() throws Exception {
    // Given
    var kafka = KafkaBroker.shared().clients();
    kafka.createMissing(
        topics.catalogue(List.of()).stream()
            .filter(topic -> topic.name().equals(topics.deltas().name()))
            .map(topic -> topic.toNewTopic(1))
            .toList());
    var id = RequestIds.fresh();
    write(RequestIds.fresh(), OTHERS / 10);
    var since = Instant.now();
    write(id, 5);
    var until = Instant.now();
    write(RequestIds.fresh(), OTHERS);
    var millis = new ArrayList<Long>();
    try (var history = new DeltaHistory(kafka, topics)) {
      history.warm().get(20, SECONDS);
      // When
      for (int i = 0; i < 15; i++) {
        millis.add(millisToFirst(history, id, since));
      }
      var all = new ArrayList<StreamDelta>();
      history.read(id, since, until.plusMillis(1), all::add).get(20, SECONDS);
      // Then
      assertThat(all).extracting(StreamDelta::getSequence).containsExactly(1, 2, 3, 4, 5);
    }
    assertThat(millis.stream().sorted().toList().get(7))
        .as("median of %s ms", millis)
        .isLessThan(FIRST_MAX.toMillis());
  }

  private static long millisToFirst(DeltaHistory history, String id, Instant since)
      throws Exception {
    long start = System.nanoTime();
    var first = new long[1];
    history
        .read(
            id,
            since,
            Instant.MAX,
            delta -> {
              first[0] = System.nanoTime();
              return false;
            })
        .get(20, SECONDS);
    return Duration.ofNanos(first[0] - start).toMillis();
  }

  private void write(String id, int count) {
    try (var producer = KafkaBroker.shared().clients().producer(Map.of("linger.ms", 5))) {
      for (int i = 1; i <= count; i++) {
        producer.send(topics.deltas().record(id, aDelta("acme", id, 1, i), id));
      }
      producer.flush();
    }
  }
}
