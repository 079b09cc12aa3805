package io.millrace.dispatcher;

import io.millrace.ingress.NeighbourForTest;
import java.time.Clock;
import java.time.Instant;
import org.apache.kafka.common.TopicPartition;

/** Breaks every house rule. */
public final class DecisionForTest {

  private DecisionForTest() {}

  /** Knows Kafka, the neighbour and the time. */
  public static boolean decide(TopicPartition partition, Clock clock) {
    return partition.partition() == NeighbourForTest.NUMBER
        && Instant.now(clock).isBefore(Instant.now());
  }
}
