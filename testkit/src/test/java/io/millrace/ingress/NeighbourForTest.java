package io.millrace.ingress;

import io.millrace.dispatcher.DecisionForTest;
import java.time.Clock;
import org.apache.kafka.common.TopicPartition;

/** Another service's class, which depends back. */
public final class NeighbourForTest {

  /** Not a constant expression, which the compiler would copy. */
  public static final int NUMBER = Integer.parseInt("1");

  private NeighbourForTest() {}

  /** Depends back. */
  public static boolean decide(TopicPartition partition, Clock clock) {
    return DecisionForTest.decide(partition, clock);
  }
}
